import Settings
import Linq
import Logging

/// Sees that Linq still feeds us, tells people when it does not, and repairs what can be repaired if that is wanted.
struct SubscriptionWatch: Sendable {
    private let settings: LinqSettings
    private let api: PartnerAPI
    private let tools: AccountTools

    init(_ settings: LinqSettings, _ api: PartnerAPI, _ tools: AccountTools) {
        self.settings = settings
        self.api = api
        self.tools = tools
    }

    /// Looks once; nil when Linq could not be asked.
    ///
    /// `lines`: the account's lines.
    func look(_ lines: [String]) async -> SubscriptionCheck? {
        do throws(PartnerError) {
            let check = try await judge(lines)
            tools.alerts.settle("subscriptions_unknown")
            guard settings.keepsSubscriptionActive, let id = check.subscription?.id,
                let change = check.repair(url: settings.webhookURL)
            else {
                tell(check)
                return check
            }
            do throws(PartnerError) {
                _ = try await api.updateSubscription(id, change)
            } catch {
                tell(check, notRepaired: error)
                return check
            }
            tellOfRepair(check, id)
            return try await judge(lines)
        } catch {
            tools.log.warning(
                "Linq could not be asked for its subscriptions: \(error)",
                metadata: LogKind.linqUnreachable.about()
            )
            tools.alerts.raise(
                "subscriptions_unknown",
                "Linq cannot be asked whether it still feeds linewarden: \(error)",
                remedy: "Quote the trace id to Linq's support; linewarden linq subscriptions tries by hand."
            )
            return nil
        }
    }

    private func judge(_ lines: [String]) async throws(PartnerError) -> SubscriptionCheck {
        SubscriptionCheck(
            try await api.subscriptions(),
            url: settings.webhookURL,
            ids: tools.book.known,
            lines: lines
        )
    }

    private func tell(_ check: SubscriptionCheck, notRepaired error: PartnerError? = nil) {
        let found = Set(check.findings.map(\.kind))
        for kind in SubscriptionCheck.kinds where !found.contains(kind) { tools.alerts.settle(kind) }
        for finding in check.findings {
            let why = error.map { "; it could not be repaired: \($0)" } ?? ""
            let isNews = tools.alerts.raise(finding.kind, finding.sentence + why, remedy: finding.remedy)
            if isNews {
                tools.log.error("\(finding.sentence)\(why)", metadata: LogKind.subscriptionTrouble.about())
            }
        }
    }

    private func tellOfRepair(_ check: SubscriptionCheck, _ id: String) {
        let sentences = check.findings.map(\.sentence).joined(separator: ", and ")
        tools.log.notice(
            "repaired the webhook subscription: \(sentences)",
            metadata: LogKind.subscriptionRepaired.about(["subscription": "\(id)"])
        )
        for kind in SubscriptionCheck.kinds { tools.alerts.settle(kind) }
        tools.alerts.raise(
            "subscription_repaired",
            "\(sentences): linewarden has repaired it",
            remedy: "Find out who did it: linewarden audit names them if Linq does."
        )
    }
}
