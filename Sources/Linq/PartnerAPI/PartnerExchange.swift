package import Chrono
import JSON

/// One attempt of one call, for logs and metrics.
package struct PartnerExchange: Sendable {
    /// What was asked, such as `GET /v3/phone_numbers`; numbers of lines stand in it as they are.
    package let call: String
    /// What Linq's support finds the attempt by; successes carry one only if Linq gives it.
    package let traceID: String?
    /// Why it failed; nil: it did not.
    package let error: PartnerError?
    /// When it will be tried again; nil: not at all.
    package let retryIn: Span?
}

/// A call: what is sent, and whether it may be sent twice.
struct PartnerCall {
    var method = "GET"
    /// Below the version's root, parts encoded.
    let path: String
    var body: JSON?
    /// Whether doing it twice is the same as doing it once.
    var isRepeatable = true

    /// What a POST needs that makes something.
    static func creation(_ path: String, _ body: JSON?) -> PartnerCall {
        PartnerCall(method: "POST", path: path, body: body, isRepeatable: false)
    }
}
