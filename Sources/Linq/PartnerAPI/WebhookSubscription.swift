package import Chrono
import JSON

/// Where Linq sends which events.
package struct WebhookSubscription: Sendable, Equatable {
    package let id: String
    /// With its query, which pins the version of the payload.
    package let targetURL: String
    /// Types of events.
    package let subscribedEvents: [String]
    /// Only events of these lines come; empty: of all.
    package let phoneNumbers: [String]
    /// Whether Linq sends at all.
    package let isActive: Bool
    package let createdAt: Timestamp?
    package let updatedAt: Timestamp?

    init(_ reader: AnswerReader) throws(AnswerReader.Fault) {
        _ = try reader.object()
        id = try reader.text("id")
        targetURL = try reader.text("target_url")
        subscribedEvents = try reader.texts("subscribed_events")
        phoneNumbers = try reader.texts("phone_numbers")
        isActive = try reader.bool("is_active")
        createdAt = try reader.optionalTime("created_at")
        updatedAt = try reader.optionalTime("updated_at")
    }
}

extension WebhookSubscription {
    /// What to change about a subscription; what is nil stays as it is.
    package struct Change: Sendable {
        package var targetURL: String?
        package var subscribedEvents: [String]?
        /// Empty: events of all lines.
        package var phoneNumbers: [String]?
        package var isActive: Bool?

        package init(
            targetURL: String? = nil,
            subscribedEvents: [String]? = nil,
            phoneNumbers: [String]? = nil,
            isActive: Bool? = nil
        ) {
            self.targetURL = targetURL
            self.subscribedEvents = subscribedEvents
            self.phoneNumbers = phoneNumbers
            self.isActive = isActive
        }

        var json: JSON {
            .object([
                ("target_url", targetURL.map(JSON.string)),
                ("subscribed_events", subscribedEvents.map { .array($0.map(JSON.string)) }),
                ("phone_numbers", phoneNumbers.map { .array($0.map(JSON.string)) }),
                ("is_active", isActive.map(JSON.bool)),
            ])
        }
    }

    /// The types of events that linewarden acts on.
    package static let neededEvents = [
        StatusUpdate.eventType, "phone_number.assigned", "phone_number.released", "webhook_subscription.disabled",
        "webhook_subscription.deleted", "webhook_subscription.target_url_changed",
        "webhook_subscription.events.updated", "webhook_subscription.phone_numbers.updated",
    ]
    /// The type that proves that a line which should be paused still sends: one event for each message.
    package static let proofOfPauseEvent = "message.sent"
    /// The version of payloads that a new subscription asks for in its URL's query.
    package static let payloadVersion = "2026-02-03"

    /// A target URL with the version of payloads pinned, unless it pins one already.
    package static func pinned(_ targetURL: String) -> String {
        let query = targetURL.firstIndex(of: "?").map { targetURL[targetURL.index(after: $0)...] }
        let items = query?.split(separator: "&") ?? []
        if items.contains(where: { $0 == "version" || $0.hasPrefix("version=") }) { return targetURL }
        let joint = query == nil ? "?" : query?.isEmpty == true || targetURL.hasSuffix("&") ? "" : "&"
        return "\(targetURL)\(joint)version=\(payloadVersion)"
    }
}
