package import Chrono
package import JSON

/// What is around the data of every event (Linq's API V3, webhooks), as far as it is there.
package struct Envelope: Sendable {
    package let eventType: String?
    package let eventID: String?
    package let createdAt: Timestamp?
    package let traceID: String?
    package let data: JSON

    /// The type whose bare `data` object some deliveries consist of.
    private static let bareType = "phone_number.status_updated"

    /// Reads a body.
    ///
    /// `announcedType`: the header `X-Webhook-Event`, for a body that does not tell its type.
    ///
    /// - Throws: `EnvelopeError` for a body that is no JSON object.
    package init(_ body: [UInt8], announcedType: String?) throws(EnvelopeError) {
        let root: JSON
        do {
            root = try JSON.parse(body)
        } catch {
            throw EnvelopeError(reason: "the body is not JSON: \(error.message) at byte \(error.offset)")
        }
        guard root.members != nil else { throw EnvelopeError(reason: "the body is JSON, but not an object") }
        // An empty header announces nothing.
        let announced = announcedType?.isEmpty == true ? nil : announcedType
        // The guide prints the bare data object as "the payload": it is told by what an envelope never carries.
        if root["data"] == nil, root["event_type"] == nil, root["phone_number"] != nil {
            eventType = announced ?? Self.bareType
            data = root
        } else {
            eventType = nonEmpty(root["event_type"]) ?? announced
            data = root["data"] ?? nil
        }
        eventID = nonEmpty(root["event_id"])
        createdAt = root["created_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
        traceID = nonEmpty(root["trace_id"])
    }
}

/// A body that is not what Linq sends.
package struct EnvelopeError: Error, Sendable, Hashable {
    /// In words, for the operator.
    package let reason: String

    package init(reason: String) { self.reason = reason }
}

private func nonEmpty(_ value: JSON?) -> String? {
    guard let text = value?.string, !text.isEmpty else { return nil }
    return text
}
