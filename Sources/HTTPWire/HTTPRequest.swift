/// One whole request.
package struct HTTPRequest: Sendable, Equatable {
    /// As it was sent; methods are case-sensitive (RFC 9110 section 9.1).
    package let method: String
    package let version: HTTPVersion
    package let headers: HTTPHeaders
    /// The content, without chunked framing and trailer fields.
    package var body: [UInt8]
    /// Whether the client wants to go on after the answer and its version allows it (RFC 9112 section 9.3).
    package let keepAlive: Bool
    private let parsedTarget: RequestTarget

    /// A request that was not parsed, for tests and for calls within the daemon; nothing is checked.
    package init(
        method: String,
        target: String,
        version: HTTPVersion = .http11,
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        keepAlive: Bool = true
    ) {
        self.method = method
        self.parsedTarget = RequestTarget(trusted: target)
        self.version = version
        self.headers = headers
        self.body = body
        self.keepAlive = keepAlive
    }

    /// The head of a parsed request.
    init(line: RequestLine, headers: HTTPHeaders, keepAlive: Bool) {
        method = line.method
        parsedTarget = line.target
        version = line.version
        self.headers = headers
        body = []
        self.keepAlive = keepAlive
    }

    /// The target as it was sent.
    package var target: String { parsedTarget.raw }

    /// The path as it was sent, without the query: `/a%20b`, or `*`.
    ///
    /// Of an absolute target only the path.
    package var path: String { parsedTarget.path }

    /// What follows the first `?`, as it was sent; nil when there is none, empty when nothing follows.
    package var query: String? { parsedTarget.query }

    /// The `host[:port]` the request is for; nil when it names none.
    ///
    /// The authority of an absolute target wins over the Host field (RFC 9112 section 3.2.2).
    package var host: String? {
        let host = parsedTarget.authority ?? headers.first("Host")
        return host?.isEmpty == true ? nil : host
    }
}
