import Chrono
import Hooks
import Intake
import Ledger
import Linq
import Logging

/// Tells people at once that somebody is cutting the wire which feeds us, and keeps who it was.
struct NoticeDesk: Sendable {
    let book: SubscriptionBook
    let alerts: Alerts
    let ledger: Ledger
    let switchboard: Switchboard
    let log: Logger

    /// `done`: called when the notice, and what tells people of it, are on disk or cannot be put there.
    func take(_ notice: SubscriptionNotice, _ event: Genuine, done: @escaping @Sendable (LedgerError?) -> Void) {
        var details = [notice.summary]
        if let change = notice.change { details.append(change) }
        if let origin = notice.origin { details.append("origin \(origin)") }
        details.append("event \(event.id)")
        if let trace = event.traceID { details.append("trace \(trace)") }
        let signature = Signature(author: notice.actor, reason: String(details.joined(separator: ", ").prefix(2_000)))
        let isOurs = book.known.isEmpty || book.known.contains(notice.subscription)
        var drafts: [DeliveryDraft] = []
        if isOurs {
            log.error(
                "\(notice.type) by \(notice.actor): \(notice.summary)",
                metadata: LogKind.linqNotice.about(["event": "\(event.id)", "trace": "\(event.traceID ?? "")"])
            )
            let alert = alerts.compose(
                notice.type.replacing(".", with: "_"),
                "\(notice.actor) changed the webhook subscription \(notice.subscription), which feeds linewarden: "
                    + signature.reason,
                remedy: Self.remedy(notice.type),
                atMostEvery: .zero
            )
            drafts = alert.map { switchboard.drafts($0, except: nil) } ?? []
        }
        ledger.note(notice.type, notice.subscription, signature, telling: drafts, done: done)
    }

    private static func remedy(_ type: String) -> String {
        let look = "linewarden linq subscriptions shows how it is now"
        switch type {
        case "webhook_subscription.disabled":
            return "If that was not meant, switch it on again: until then nothing is heard of any line. \(look)."
        case "webhook_subscription.deleted":
            return "If that was not meant, make a new one with linewarden linq subscribe: until then nothing is heard "
                + "of any line."
        case "webhook_subscription.target_url_changed":
            return "If that was not meant, point it at this daemon again. \(look)."
        case "webhook_subscription.events.updated":
            return "See that phone_number.status_updated is still among its events. \(look)."
        default: return "See that its filter still lets every line through. \(look)."
        }
    }
}
