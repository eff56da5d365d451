import Chrono
import Crypto
import HTTPWire
import Harness
import Intake
import Lines
import Linq

/// A body as Linq would post it, with a genuine signature.
struct Posting {
    let body: [UInt8]
    /// The value of `X-Webhook-Event`, which nobody signs.
    let announced: String?

    /// 2026-02-18T18:35:05.500Z.
    private static let now = Timestamp(seconds: 1_771_439_705) + .milliseconds(500)
    private static let tolerance = Span.minutes(5)
    private static let secret = SigningSecret(Secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"))
    private static let endpoint = Endpoint(
        path: "/webhooks/linq",
        secrets: [secret].compactMap(\.self),
        tolerance: tolerance,
        hasVerified: true
    )

    /// A genuine body is stored, set aside or ignored, and which of these follows from what is in it.
    func check() {
        let standard = Self.endpoint.examine(request(.standard), now: Self.now)
        let legacy = Self.endpoint.examine(request(.legacy), now: Self.now)
        let (meaning, other) = (Meaning(standard), Meaning(legacy))
        claim(meaning == other, "\(meaning) or \(other), depending on the signature")
        claim(meaning == Meaning(expectedOf: self), "\(meaning) instead of \(Meaning(expectedOf: self))")
        for case .store(let event, let notes) in [standard, legacy] { checkStored(event, notes) }
    }

    private func request(_ scheme: SignatureScheme) -> HTTPRequest {
        guard let secret = Self.secret else { return HTTPRequest(method: "POST", target: "/") }
        let seconds = Self.now.microseconds / 1_000_000
        var headers = HTTPHeaders()
        switch scheme {
        case .standard:
            headers.append("webhook-id", "msg_1")
            headers.append("webhook-timestamp", "\(seconds)")
            let code = StandardWebhooks.signature(id: "msg_1", timestamp: seconds, body: body, secret: secret)
            headers.append("webhook-signature", code)
        case .legacy:
            headers.append("X-Webhook-Timestamp", "\(seconds)")
            let code = LegacySignature.signature(timestamp: seconds, body: body, secret: secret)
            headers.append("X-Webhook-Signature", code)
        }
        if let announced { headers.append("X-Webhook-Event", announced) }
        return HTTPRequest(method: "POST", target: Self.endpoint.path, headers: headers, body: body)
    }

    private func checkStored(_ event: VerifiedEvent, _ notes: [String]) {
        claim(event.body == body && event.receivedAt == Self.now && event.endpoint == Self.endpoint.path, "\(event)")
        claim(!event.id.isEmpty && event.traceID?.isEmpty != true && notes.count <= 2, "\(event) \(notes)")
        if let createdAt = event.createdAt { checkDate(createdAt) }
        guard case .observation(let observation) = event.meaning else { return }
        claim(isE164(observation.line.description), "line \(observation.line)")
        let types = [StatusUpdate.eventType, LineAssignment.assigned, LineAssignment.released]
        claim(observation.source == .webhook && types.contains(event.type), "\(event)")
        claim(observation.changedAt <= Self.now + Self.tolerance, "\(observation) lies in the future")
        checkDate(observation.changedAt)
    }

    /// Written and read again it is the same moment.
    private func checkDate(_ date: Timestamp) {
        claim(Timestamp(rfc3339: date.rfc3339) == date, "\(date) as \(date.rfc3339)")
    }
}

/// What becomes of a body, in short.
enum Meaning: Equatable {
    case observation(line: String, status: String?, reputation: String?)
    case membership(line: String, released: Bool)
    case told(subscription: String)
    case witnessed(line: String)
    case quarantined
    case ignored(type: String)
    case refused

    init(_ verdict: Verdict) {
        switch verdict {
        case .ignore(let type): self = .ignored(type: type)
        case .refuse: self = .refused
        case .tell(let notice, let event):
            claim(!event.id.isEmpty && event.type == notice.type, "\(event)")
            self = .told(subscription: notice.subscription)
        case .witness(let message, let event):
            claim(!event.id.isEmpty && event.type == SentMessage.eventType, "\(event)")
            self = .witnessed(line: message.line)
        case .store(let event, _):
            guard case .observation(let seen) = event.meaning else {
                self = .quarantined
                return
            }
            if let membership = seen.membership {
                self = .membership(line: seen.line.description, released: membership.value == .released)
                return
            }
            let (status, reputation) = (seen.status?.value.description, seen.reputation?.value.description)
            self = .observation(line: seen.line.description, status: status, reputation: reputation)
        }
    }

    /// Told from the envelope by itself.
    init(expectedOf posting: Posting) {
        self = .quarantined
        guard let envelope = try? Envelope(posting.body, announcedType: posting.announced) else { return }
        guard let type = envelope.eventType, !type.isEmpty else { return }
        switch type {
        case StatusUpdate.eventType: break
        case LineAssignment.assigned, LineAssignment.released:
            guard let seen = try? LineAssignment(envelope.data), isE164(seen.phoneNumber) else { return }
            self = .membership(line: seen.phoneNumber, released: type == LineAssignment.released)
            return
        case _ where SubscriptionNotice.types.contains(type):
            guard let notice = try? SubscriptionNotice(type: type, envelope.data) else { return }
            self = .told(subscription: notice.subscription)
            return
        case SentMessage.eventType:
            self = SentMessage(envelope.data).map { .witnessed(line: $0.line) } ?? .ignored(type: type)
            return
        default:
            self = .ignored(type: type)
            return
        }
        guard let update = try? StatusUpdate(envelope.data), isE164(update.phoneNumber) else { return }
        let worst = update.newReputation.map { Reputation($0) }.max()
        self = .observation(line: update.phoneNumber, status: update.newStatus, reputation: worst?.description)
    }
}

/// `+`, then 2 to 15 digits, the first of them not 0.
private func isE164(_ text: String) -> Bool {
    let symbols = Array(text.utf8)
    guard (3...16).contains(symbols.count), symbols[0] == UInt8(ascii: "+") else { return false }
    return symbols[1] != UInt8(ascii: "0") && symbols.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
}
