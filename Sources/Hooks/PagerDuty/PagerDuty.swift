import Chrono
import Crypto
import HTTPClient
import JSON
import Lines

/// Triggers and resolves PagerDuty alerts: one deduplication key for each incident, so that whatever is repeated or
/// arrives late concerns the same alert.
struct PagerDuty: Hook {
    let configuration: PagerDutyConfiguration
    let timeout: Span
    let client: HTTPClient

    /// Order of one incident is kept by the outbox; PagerDuty takes about 120 events a minute for one key.
    var concurrency: Int { 2 }

    /// Every incident has a deduplication key of its own, by which it is resolved.
    var groupsPages: Bool { false }

    /// A key that was changed meanwhile knows nothing of the alert, and would leave it open for ever.
    var followsOpening: Bool { true }

    func readdress(_ payload: [UInt8], like opening: [UInt8]) -> [UInt8] {
        guard let key = (try? JSON.parse(opening))?["routing_key"], let event = try? JSON.parse(payload),
            let members = event.members
        else { return payload }
        return JSON.object(members.map { ($0.key, $0.key == "routing_key" ? key : $0.value) }).bytes()
    }

    /// Bytes of details at the most: an event of more than 512 KB is refused as a whole (Events API v2, size limit).
    private static let detailsLimit = 400_000

    /// A resolve needs the key alone; whatever else there is to tell, a reminder too, triggers the alert (again).
    func render(_ message: Message) -> [UInt8] {
        let resolves = message.type == "incident.resolved"
        return JSON.object([
            // Stored with the delivery: a changed configuration must not leave an alert open at the old key.
            ("routing_key", .string(configuration.routingKey.exposed)),
            ("event_action", resolves ? "resolve" : "trigger"),
            ("dedup_key", .string(key(message))),
            // `nil` alone would be JSON's null here, a member of its own.
            ("payload", resolves ? JSON?.none : payload(message)),
            ("client", resolves ? JSON?.none : "linewarden"),
        ]).bytes()
    }

    func deliver(_ attempt: Attempt) async -> Outcome {
        await HTTPPost(url: configuration.url, timeout: timeout, client: client).send(attempt.payload) { response in
            judge(response, now: attempt.now)
        }
    }

    func probe() async -> Reach { await HTTPPost(url: configuration.url, timeout: timeout, client: client).probe() }

    /// Only 202 says that the event was taken in (Events API v2, "Response codes & retry logic"); 400 that it is invalid,
    /// and would be so again; 429 and 5xx that it was not ingested.
    private func judge(_ response: IncomingResponse, now: Timestamp) -> Outcome {
        guard 200..<300 ~= response.status, response.status != 202 else {
            return HTTPVerdict.judge(response, now: now)
        }
        let failure = HTTPVerdict.failure(response)
        return .retry(
            after: response.retryAfter(now: now),
            Failure(
                "not_accepted",
                "\(failure.description) (PagerDuty says 202 when it has taken an event)",
                mayHaveArrived: true
            )
        )
    }

    /// The same for all that concerns one incident; for the daemon's own troubles, one for each kind.
    ///
    /// A key of more than 255 characters would be refused, so that its digest stands for it.
    private func key(_ message: Message) -> String {
        let subject = message.incident?.id ?? message.alert?.kind ?? message.type
        let key = "linewarden/\(subject)"
        return key.utf8.count <= 255 ? key : "linewarden/\(Hex.encode(Digest.sha256(Array(subject.utf8))))"
    }

    private func payload(_ message: Message) -> JSON {
        let details = message.json["data"]
        let isTooLarge = details?.bytes().count ?? 0 > Self.detailsLimit
        return .object([
            ("summary", .string(summary(message).clipped(to: 1_024))),
            ("source", .string(message.line?.phoneNumber.description ?? "linewarden")),
            ("severity", .string(message.type == "test" ? "info" : message.severity.rawValue)),
            ("timestamp", .string(message.timestamp.rfc3339)),
            ("component", "linq line"),
            ("class", .string(message.type)),
            ("custom_details", isTooLarge ? ["left_out": "the details are too large for an event"] : details),
        ])
    }

    private func summary(_ message: Message) -> String {
        switch message.type {
        case "incident.reminder", "test": return Wording(message).headline
        default: break
        }
        guard message.alert == nil, let line = message.line else { return Wording(message).headline }
        return "Line \(line.phoneNumber) is \(line.decision.rawValue): \(line.reasons.joined(separator: ", "))"
    }
}
