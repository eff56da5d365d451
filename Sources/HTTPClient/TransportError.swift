package import Chrono

/// Why a request got no response.
///
/// `description` is one plain sentence. It names a host at the most, never a path, query or user: a URL can be a secret.
package enum TransportError: Error, Sendable, Equatable {
    /// The URL cannot be used; why.
    case invalidURL(String)
    /// The method, a header or the socket path cannot be sent as it is; why. Nothing was sent.
    case invalidRequest(String)
    /// No address was found for the host.
    case unresolved(host: String)
    /// Nothing listens there, or a firewall says so.
    case refused
    /// No connection for another reason, such as no route or no such Unix socket; which.
    case unreachable(String)
    /// The response was not complete within this time (or, where that is shorter, no connection was).
    case timeout(Span)
    /// TLS failed, for example because of the certificate; OpenSSL's words.
    case tls(String)
    /// The connection broke off, or what came was not HTTP; which. The peer may have acted on the request all the same.
    case interrupted(String)
    /// Anything else libcurl reports: its code (libcurl-errors(3)) and words.
    case other(code: Int32, String)
    /// The task was cancelled or the client closed.
    case cancelled
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidURL(let why): "the URL is invalid: \(why)"
        case .invalidRequest(let why): "the request cannot be sent: \(why)"
        case .unresolved(let host): "no address was found for the host \(host)"
        case .refused: "the connection was refused"
        case .unreachable(let why): "no connection could be made: \(why)"
        case .timeout(let span): "there was no complete response within \(span.phrase)"
        case .tls(let why): "the TLS connection failed: \(why)"
        case .interrupted(let why): "the exchange broke off: \(why)"
        case .other(let code, let why): "the request failed: \(why) (libcurl error \(code))"
        case .cancelled: "the request was cancelled"
        }
    }
}

extension TransportError {
    /// Whether the peer may have received the request, and acted on it, before the fault.
    package var mayHaveArrived: Bool {
        switch self {
        case .invalidURL, .invalidRequest, .unresolved, .refused, .unreachable, .tls: false
        case .timeout, .interrupted, .other, .cancelled: true
        }
    }
}
