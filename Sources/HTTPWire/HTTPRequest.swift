/// One whole request.
package struct HTTPRequest: Sendable, Equatable {
    /// All but the body, shared by copies: a request is handed on several times, and would be copied member by member.
    private let head: Head
    /// The content, without chunked framing and trailer fields.
    package var body: [UInt8]

    /// A request that was not parsed, for tests and for calls within the daemon; nothing is checked.
    package init(
        method: String,
        target: String,
        version: HTTPVersion = .http11,
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        keepAlive: Bool = true
    ) {
        let line = RequestLine(method: method, target: RequestTarget(trusted: target), version: version)
        head = Head(line: line, headers: headers, keepAlive: keepAlive)
        self.body = body
    }

    /// The head of a parsed request.
    init(line: RequestLine, headers: HTTPHeaders, keepAlive: Bool) {
        head = Head(line: line, headers: headers, keepAlive: keepAlive)
        body = []
    }

    /// As it was sent; methods are case-sensitive (RFC 9110 section 9.1).
    package var method: String { head.line.method }

    package var version: HTTPVersion { head.line.version }

    package var headers: HTTPHeaders { head.headers }

    /// Whether the client wants to go on after the answer and its version allows it (RFC 9112 section 9.3).
    package var keepAlive: Bool { head.keepAlive }

    /// The target as it was sent.
    package var target: String { head.line.target.raw }

    /// The path as it was sent, without the query: `/a%20b`, or `*`.
    ///
    /// Of an absolute target only the path.
    package var path: String { head.line.target.path }

    /// What follows the first `?`, as it was sent; nil when there is none, empty when nothing follows.
    package var query: String? { head.line.target.query }

    /// The `host[:port]` the request is for; nil when it names none.
    ///
    /// The authority of an absolute target wins over the Host field (RFC 9112 section 3.2.2).
    package var host: String? {
        let host = head.line.target.authority ?? head.headers.first("Host")
        return host?.isEmpty == true ? nil : host
    }
}

private final class Head: Sendable, Equatable {
    let line: RequestLine
    let headers: HTTPHeaders
    let keepAlive: Bool

    init(line: RequestLine, headers: HTTPHeaders, keepAlive: Bool) {
        self.line = line
        self.headers = headers
        self.keepAlive = keepAlive
    }

    static func == (left: Head, right: Head) -> Bool {
        left.line == right.line && left.headers == right.headers && left.keepAlive == right.keepAlive
    }
}
