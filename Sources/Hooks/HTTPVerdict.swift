package import Chrono
package import HTTPClient

/// What the answers and faults of HTTP mean for a delivery, where a receiver has no rules of its own.
package enum HTTPVerdict {
    /// 2xx is success.
    ///
    /// 408, 425, 429 and 5xx will pass. Some 4xx say for certain that this message will never be taken, some that no
    /// message will be until somebody repairs the address or the key. A redirect is not followed: tried again.
    package static func judge(_ response: IncomingResponse, now: Timestamp) -> Outcome {
        switch response.status {
        case 200..<300: .delivered(Answer("HTTP \(response.status)", detail: text(response, limit: 1_000)))
        // Not understood, too large.
        case 400, 413, 414, 415, 422: .failed(failure(response))
        // Not allowed, not there, gone (Standard Webhooks: the receiver wants no more).
        case 401, 403, 404, 410: .broken(failure(response))
        default:
            .retry(after: response.retryAfter(now: now), failure(response))
        }
    }

    /// A fault below HTTP is always worth another attempt: networks, names and certificates are repaired.
    ///
    /// `mayHaveArrived`: whether the message may have, where the caller knows better.
    package static func judge(_ error: TransportError, mayHaveArrived: Bool? = nil) -> Outcome {
        let mayHaveArrived = mayHaveArrived ?? error.mayHaveArrived
        return .retry(after: nil, Failure(error.label, error.description, mayHaveArrived: mayHaveArrived))
    }

    /// `HTTP 500` with the beginning of what the receiver said.
    package static func failure(_ response: IncomingResponse) -> Failure {
        let said = text(response, limit: 200)
        let status = "HTTP \(response.status)"
        return Failure("http_\(response.status)", said.map { "\(status): \($0)" } ?? status)
    }

    /// The beginning of the body in one line; nil when there is none.
    private static func text(_ response: IncomingResponse, limit: Int) -> String? {
        let words = String(decoding: response.body.prefix(limit), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}

extension TransportError {
    /// The fault as a label for metrics.
    var label: String {
        switch self {
        case .invalidURL, .invalidRequest: "invalid_request"
        case .unresolved: "dns"
        case .refused: "refused"
        case .unreachable: "unreachable"
        case .timeout: "timeout"
        case .tls: "tls"
        case .interrupted: "interrupted"
        case .other: "transport"
        case .cancelled: "cancelled"
        }
    }
}
