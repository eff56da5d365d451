import Testing

@testable import HTTPWire

@Suite("RequestLine (RFC 9112 section 3)")
struct RequestLineTests {
    static let start = "400 the request line does not start with a method and one space"
    static let parts = "400 the request line does not have three parts"
    static let version = "400 the request line does not end with an HTTP version"
    static let unsupported = "505 this server speaks HTTP/1.1 and HTTP/1.0 only"

    @Test(
        "what is refused",
        arguments: [
            // 9110 9.1: a method is a token.
            ("G(T / HTTP/1.1", start), ("GET\t/ HTTP/1.1", start), ("GET", start), ("G\u{E9}T / HTTP/1.1", start),
            ("G\0T / HTTP/1.1", start),
            // 3: single spaces, three parts.
            ("GET /", parts), ("GET ", parts),
            ("GET  / HTTP/1.1", version), ("GET /  HTTP/1.1", version), ("GET / HTTP/1.1 ", version),
            ("GET /a b HTTP/1.1", version), ("GET  HTTP/1.1", "400 the request line has no target"),
            // 2.3: the name in upper case, one digit on each side.
            ("GET / http/1.1", version), ("GET / HTTP/1", version), ("GET / HTTP/1.10", version),
            ("GET / HTTP/11.1", version), ("GET / HTTP/a.1", version), ("GET / HTTP/1,1", version),
            ("GET / ", version), ("GET / HTTPS/1.1", version), ("GET / HTTP/1.1\r", version),
            // 9110 15.6.6.
            ("GET / HTTP/2.0", unsupported), ("GET / HTTP/0.9", unsupported), ("GET / HTTP/1.2", unsupported),
            ("GET / HTTP/3.0", unsupported),
            // 9113 3.4: the preface of HTTP/2.
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n", unsupported),
        ]
    )
    func refused(line: String, expected: String) {
        #expect(verdict(line + "\r\nHost: a\r\n\r\n") == expected)
    }

    @Test("bare LF as line end (2.2)")
    func bareLineFeed() {
        #expect(verdict("GET / HTTP/1.1\nHost: a\r\n\r\n") == "400 a line ends with LF instead of CRLF")
    }

    @Test("any token is a method, in its own case", arguments: ["GET", "get", "M-SEARCH", "!#$%&'*+-.^_`|~09"])
    func methods(method: String) {
        #expect(request("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n")?.method == method)
    }
}
