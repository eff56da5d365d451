package import Chrono
package import JSON

/// The data of `phone_number.assigned` and `phone_number.released`: a line joins or leaves the account.
package struct LineAssignment: Sendable, Hashable {
    package static let assigned = "phone_number.assigned"
    package static let released = "phone_number.released"

    package let phoneNumber: String
    /// When it did; nil where the payload does not say so in RFC 3339.
    package let changedAt: Timestamp?

    /// - Throws: `EnvelopeError` when there is no phone number in it.
    package init(_ data: JSON) throws(EnvelopeError) {
        guard let number = data["phone_number"]?.string else {
            throw EnvelopeError(reason: "data.phone_number is missing or not a text")
        }
        phoneNumber = number
        changedAt = data["changed_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
    }
}
