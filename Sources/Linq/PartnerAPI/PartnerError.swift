package import Chrono
package import HTTPClient

/// Why a call of the Partner API gave nothing.
///
/// `description` is one sentence for people; it holds the trace id to quote to Linq's support, and never the key.
package struct PartnerError: Error, Sendable, Equatable {
    /// What kind of failure it is.
    package enum Kind: Sendable, Equatable {
        /// Linq answered with a status that is no success.
        case answered
        /// There was no answer.
        case transport(TransportError)
        /// Linq answered with a success that could not be understood.
        case unreadable
        /// This version of the API has no such call; nothing was sent.
        case unsupported
    }

    package let kind: Kind
    /// The status of HTTP; nil without an answer.
    package var status: Int?
    /// Linq's code: of V3 a number such as `2004`, of V2 a word.
    package var code: String?
    /// Linq's words, or ours: one line.
    package var message: String
    /// Where Linq explains the code.
    package var docURL: String?
    /// What Linq's support finds the call by.
    package var traceID: String?
    /// How long Linq wants to be left alone, from `error.retry_after` or the header `Retry-After`.
    package var retryAfter: Span?
    /// The audit that is running already, where Linq tells it with a 409.
    package var auditID: String?
    /// Whether Linq may have done what was asked all the same.
    package var mayHaveTakenEffect = false

    init(_ kind: Kind, status: Int? = nil, message: String, traceID: String? = nil) {
        self.kind = kind
        self.status = status
        self.message = message
        self.traceID = traceID
    }
}

extension PartnerError {
    /// Whether nobody answered, or nobody who could: worth another attempt later, by whoever has the time.
    package var isUnavailable: Bool {
        if case .transport = kind { return true }
        return status.map { 500...599 ~= $0 } ?? false
    }

    /// Whether the key was not accepted, or not for this.
    package var isRefusedAccess: Bool { kind == .answered && (status == 401 || status == 403) }

    static func transport(_ error: TransportError, host: String) -> PartnerError {
        var failure = PartnerError(.transport(error), message: "Linq's API at \(host) gave no answer: \(error)")
        failure.mayHaveTakenEffect = error.mayHaveArrived
        return failure
    }

    static func unsupported(_ what: String) -> PartnerError {
        PartnerError(.unsupported, message: "API V2 has no \(what); API V3 has, with a key of its own")
    }
}

extension PartnerError: CustomStringConvertible {
    package var description: String {
        let trace = traceID.map { " (trace id \($0))" } ?? ""
        switch kind {
        case .transport, .unsupported: return message
        case .unreadable: return "Linq's answer could not be understood: \(message)\(trace)"
        case .answered:
            let number = code.map { ", code \($0)" } ?? ""
            let wait = retryAfter.map { "; it can be asked again in \($0.phrase)" } ?? ""
            let doc = docURL.map { "; see \($0)" } ?? ""
            return "Linq answered \(status ?? 0)\(number): \(message)\(wait)\(doc)\(trace)"
        }
    }
}
