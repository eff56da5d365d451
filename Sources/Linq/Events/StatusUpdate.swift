package import Chrono
package import JSON

/// The data of `phone_number.status_updated`, in all generations that Linq has sent.
///
/// Every member but the number may be missing. Values are kept as they are written: what they mean is not decided here.
package struct StatusUpdate: Sendable {
    package let phoneNumber: String
    /// When it changed; nil where the payload does not say so in RFC 3339.
    package let changedAt: Timestamp?
    package let newStatus: String?
    package let previousStatus: String?
    /// `new_reputation`, and `new_health_status` where it differs: two names of one axis.
    package let newReputation: [String]
    package let previousReputation: String?

    /// The event type whose data this is.
    package static let eventType = "phone_number.status_updated"

    /// - Throws: `EnvelopeError` when there is no phone number in it.
    package init(_ data: JSON) throws(EnvelopeError) {
        guard data.members != nil else { throw EnvelopeError(reason: "data is not an object") }
        guard let number = data["phone_number"]?.string else {
            throw EnvelopeError(reason: "data.phone_number is missing or not a text")
        }
        phoneNumber = number
        changedAt = data["changed_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
        newStatus = AxisText.value(data["new_status"])
        previousStatus = AxisText.value(data["previous_status"])
        newReputation = AxisText.values(data["new_reputation"], alias: data["new_health_status"])
        previousReputation =
            AxisText.value(data["previous_reputation"]) ?? AxisText.value(data["previous_health_status"])
    }
}
