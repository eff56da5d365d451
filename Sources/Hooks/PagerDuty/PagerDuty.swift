import Crypto
import Chrono
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

    /// Bytes of details at the most: an event of more than 512 KB is refused as a whole (Events API v2, size limit).
    private static let detailsLimit = 400_000

    func render(_ message: Message) -> [UInt8] {
        let resolves = message.type == "incident.resolved"
        return JSON.object([
            // Stored with the delivery: a changed configuration must not leave an alert open at the old key.
            ("routing_key", .string(configuration.routingKey.exposed)),
            ("event_action", resolves ? "resolve" : "trigger"),
            ("dedup_key", .string("linewarden/" + (message.incident?.id ?? message.alert?.kind ?? message.type))),
            // `nil` alone would be JSON's null here, a member of its own.
            ("payload", resolves ? JSON?.none : payload(message)),
            ("client", resolves ? JSON?.none : "linewarden"),
        ]).bytes()
    }

    func deliver(_ attempt: Attempt) async -> Outcome {
        // 400 means the event is invalid, and would be so again (Events API v2, responses).
        await HTTPPost(url: configuration.url, timeout: timeout, client: client).send(attempt.payload) { response in
            HTTPVerdict.judge(response, now: attempt.now)
        }
    }

    private func payload(_ message: Message) -> JSON {
        let severity = message.incident?.severity ?? .warning
        let details = message.json["data"]
        return .object([
            ("summary", .string(summary(message).clipped(to: 1_024))),
            ("source", .string(message.line?.phoneNumber.description ?? "linewarden")),
            ("severity", .string(severity.rawValue)),
            ("timestamp", .string(message.timestamp.rfc3339)),
            ("component", "linq line"),
            ("class", .string(message.type)),
            ("custom_details", details?.bytes().count ?? 0 > Self.detailsLimit ? nil : details),
        ])
    }

    private func summary(_ message: Message) -> String {
        if let alert = message.alert { return "linewarden: \(alert.summary)" }
        guard let line = message.line else { return message.type }
        return "Line \(line.phoneNumber) is \(line.decision.rawValue): \(line.reasons.joined(separator: ", "))"
    }
}
