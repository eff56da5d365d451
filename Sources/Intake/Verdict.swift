package import Chrono
package import HTTPWire
import JSON
package import Lines
package import Linq

/// A delivery that is not taken, and what the sender is told.
package struct Refusal: Sendable {
    package let status: HTTPStatus
    /// A word for programs and metrics: `signature_mismatch`.
    package let error: String
    /// A sentence for people.
    ///
    /// Never a secret, never a part of the body.
    package let detail: String

    package init(_ status: HTTPStatus, _ error: String, _ detail: String) {
        self.status = status
        self.error = error
        self.detail = detail
    }

    /// The answer: `{"error":"…","detail":"…"}`.
    package var response: HTTPResponse {
        let body: JSON = .object([("error", .init(stringLiteral: error)), ("detail", .init(stringLiteral: detail))])
        return .json(status, body.bytes())
    }
}

/// What is around an event that is not kept.
package struct Genuine: Sendable {
    /// The idempotency key.
    package let id: String
    package let type: String
    /// Linq's `trace_id`, which their support asks for.
    package let traceID: String?
    package let createdAt: Timestamp?
}

/// What Intake makes of a request.
package enum Verdict: Sendable {
    /// Genuine: to be stored before it is acknowledged. The notes are oddities worth a line in the log.
    case store(VerifiedEvent, notes: [String])
    /// Genuine: somebody changed a webhook subscription, to be told before it is acknowledged.
    case tell(SubscriptionNotice, Genuine)
    /// Genuine: a line has sent a message; to be compared with what is known of it, its contents not kept.
    case witness(SentMessage, Genuine)
    /// Genuine, of a type that linewarden does not act on: acknowledged and counted, its contents not kept.
    case ignore(type: String)
    case refuse(Refusal)
}
