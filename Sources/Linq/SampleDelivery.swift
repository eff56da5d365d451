package import Chrono
import Crypto
import JSON

/// A delivery of `phone_number.status_updated` as Linq would send it, for trying a set-up out.
package struct SampleDelivery: Sendable {
    /// What is said to have happened to the line.
    ///
    /// A nil member is left out.
    package struct Change: Sendable {
        package var phoneNumber: String
        package var status: String?
        package var previousStatus: String?
        package var reputation: String?
        package var previousReputation: String?
        package var changedAt: Timestamp

        package init(
            phoneNumber: String,
            status: String?,
            previousStatus: String?,
            reputation: String?,
            previousReputation: String?,
            changedAt: Timestamp
        ) {
            self.phoneNumber = phoneNumber
            self.status = status
            self.previousStatus = previousStatus
            self.reputation = reputation
            self.previousReputation = previousReputation
            self.changedAt = changedAt
        }
    }

    package let eventID: String
    package let body: [UInt8]

    package init(eventID: String, change: Change, createdAt: Timestamp) {
        self.eventID = eventID
        let data = JSON.object([
            ("phone_number", .string(change.phoneNumber)),
            ("previous_status", change.previousStatus.map(JSON.string)),
            ("new_status", change.status.map(JSON.string)),
            ("previous_reputation", change.previousReputation.map(JSON.string)),
            ("new_reputation", change.reputation.map(JSON.string)),
            // The older name of the same axis, which Linq still sends beside it.
            ("previous_health_status", change.previousReputation.map(JSON.string)),
            ("new_health_status", change.reputation.map(JSON.string)),
            ("changed_at", .string(change.changedAt.rfc3339)),
        ])
        body = JSON.object([
            ("api_version", "v3"),
            ("webhook_version", "2026-02-03"),
            ("event_type", .string(StatusUpdate.eventType)),
            ("event_id", .string(eventID)),
            ("created_at", .string(createdAt.rfc3339)),
            ("trace_id", .string("trace-\(eventID)")),
            ("partner_id", "linewarden-send"),
            ("data", data),
        ]).bytes()
    }

    /// The headers of one attempt.
    ///
    /// `schemes`: linq sends both sets today.
    package func headers(
        secret: SigningSecret,
        schemes: Set<SignatureScheme>,
        now: Timestamp
    ) -> [(name: String, value: String)] {
        let seconds = now.microseconds / 1_000_000
        var headers = [(name: "Content-Type", value: "application/json")]
        if schemes.contains(.standard) {
            let signature = StandardWebhooks.signature(id: eventID, timestamp: seconds, body: body, secret: secret)
            headers += [
                ("webhook-id", eventID), ("webhook-timestamp", String(seconds)), ("webhook-signature", signature),
            ]
        }
        if schemes.contains(.legacy) {
            let signature = LegacySignature.signature(timestamp: seconds, body: body, secret: secret)
            headers += [
                ("X-Webhook-Event", StatusUpdate.eventType), ("X-Webhook-Timestamp", String(seconds)),
                ("X-Webhook-Signature", signature),
            ]
        }
        return headers
    }
}
