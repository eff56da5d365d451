import Testing

@testable import HTTPWire

@Suite("RequestTarget (RFC 9112 section 3.2)")
struct RequestTargetTests {
    static let bytes = "400 the target holds a character that is not allowed"
    static let percent = "400 the target holds a percent sign that is not followed by two hexadecimal digits"
    static let form = "400 the target is neither a path nor an http or https URI"
    static let host = "400 the host of the target is not valid"

    @Test(
        "what is refused",
        arguments: [
            ("GET /\u{E9}", bytes), ("GET /\u{1}", bytes), ("GET /a\u{7F}", bytes), ("GET /a\tb", bytes),
            ("GET /\"", bytes), ("GET /<", bytes), ("GET /a\\b", bytes), ("GET /a\0", bytes), ("GET /a\rb", bytes),
            ("GET /#a", "400 the target holds a fragment"),
            ("GET http://a/#b", "400 the target holds a fragment"),
            ("GET /%", percent), ("GET /%4", percent), ("GET /%4g", percent), ("GET /?%zz", percent),
            // 3.2.4: asterisk-form.
            ("GET *", "400 the target * is for OPTIONS only"), ("OPTIONS **", form),
            // 3.2.3: authority-form.
            ("CONNECT a:80", "501 this server does not tunnel connections"),
            ("CONNECT /", "501 this server does not tunnel connections"),
            ("GET a:80", form), ("GET a", form), ("GET ?a", form), ("GET ftp://a/", form), ("GET http:/a", form),
            // 9110 4.2.1: an empty host; 4.2.4: userinfo.
            ("GET http://", host), ("GET http:///a", host), ("GET http://:80/", host), ("GET http://u@a/", host),
            ("GET http://a:b/", host), ("GET http://[::1/", host),
        ]
    )
    func refused(start: String, expected: String) {
        #expect(verdict("\(start) HTTP/1.1\r\nHost: a\r\n\r\n") == expected)
    }

    struct Row: Sendable {
        let line: String
        let path: String
        var query: String?
        var host: String? = "field"
    }

    @Test(
        "what is taken apart",
        arguments: [
            Row(line: "GET /", path: "/"),
            Row(line: "GET /a%20b/+1;c=d", path: "/a%20b/+1;c=d"),
            Row(line: "GET /?", path: "/", query: ""),
            Row(line: "GET /a?b=c?d", path: "/a", query: "b=c?d"),
            Row(line: "GET /a?[x]={y}|^`", path: "/a", query: "[x]={y}|^`"),
            Row(line: "GET //double", path: "//double"),
            Row(line: "OPTIONS *", path: "*"),
            Row(line: "GET http://target", path: "/", host: "target"),
            Row(line: "GET HTTP://target:80/x?y", path: "/x", query: "y", host: "target:80"),
            Row(line: "GET https://[2001:db8::1]:8/x", path: "/x", host: "[2001:db8::1]:8"),
            Row(line: "GET http://target?y", path: "/", query: "y", host: "target"),
            Row(line: "OPTIONS http://target", path: "*", host: "target"),
            Row(line: "OPTIONS http://target/", path: "/", host: "target"),
        ]
    )
    func taken(row: Row) throws {
        let parsed = try #require(request("\(row.line) HTTP/1.1\r\nHost: field\r\n\r\n"))
        #expect(parsed.path == row.path)
        #expect(parsed.query == row.query)
        #expect(parsed.host == row.host)
        #expect("\(parsed.method) \(parsed.target)" == row.line)
    }

    @Test("a request that was not parsed splits its target the same way")
    func trusted() {
        #expect(HTTPRequest(method: "GET", target: "/a?b?c").path == "/a")
        #expect(HTTPRequest(method: "GET", target: "/a?b?c").query == "b?c")
        #expect(HTTPRequest(method: "GET", target: "/a").query == nil)
        #expect(HTTPRequest(method: "GET", target: "/a?").query == "")
    }
}
