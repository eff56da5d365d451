package import Chrono

/// Proof that a signature was checked.
///
/// Only Intake can make one: the initializer is hidden behind its `@_spi`.
public struct SignatureProof: Sendable {
    /// Made where a signature has just been found good.
    @_spi(Intake) public init() {}
}

/// A genuine event that linewarden acts on or keeps for replay.
package struct VerifiedEvent: Sendable {
    /// What the event means to a line.
    package enum Meaning: Sendable {
        /// It says something about a line.
        case observation(Observation)
        /// Its body cannot be understood; why, in words. Kept whole, so that it can be replayed.
        case quarantined(reason: String)
    }

    /// The idempotency key: unique per event, the same on every retry of it.
    package let id: String
    /// Such as `phone_number.status_updated`; empty where the body does not tell.
    package let type: String
    /// Linq's `trace_id`, which their support asks for.
    package let traceID: String?
    /// The envelope's `created_at`.
    package let createdAt: Timestamp?
    package let receivedAt: Timestamp
    /// The path of the endpoint that received it.
    package let endpoint: String
    package let meaning: Meaning
    /// The request's body, as it was signed.
    package let body: [UInt8]

    package init(
        proof: SignatureProof,
        id: String,
        type: String,
        traceID: String?,
        createdAt: Timestamp?,
        receivedAt: Timestamp,
        endpoint: String,
        meaning: Meaning,
        body: [UInt8]
    ) {
        self.id = id
        self.type = type
        self.traceID = traceID
        self.createdAt = createdAt
        self.receivedAt = receivedAt
        self.endpoint = endpoint
        self.meaning = meaning
        self.body = body
    }
}
