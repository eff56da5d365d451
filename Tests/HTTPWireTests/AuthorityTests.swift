import Testing

@testable import HTTPWire

@Suite("Authority (RFC 3986 section 3.2)")
struct AuthorityTests {
    @Test(
        "valid hosts",
        arguments: [
            "a", "a.example:8080", "127.0.0.1", "[::1]", "[2001:db8::1]:443", "a:", "a%20b", "", "a_b",
            "[::ffff:1.2.3.4]",
            "a:65535", "x!$&'()*+,;=~-",
        ]
    )
    func valid(host: String) {
        #expect(verdict("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == "not refused")
    }

    @Test(
        "invalid hosts",
        arguments: [
            "a b", "a/b", "u@a", "a:b", "a:1:2", "[::1", "::1", "[]", "[a]", "[::g]", "[::1]x", "a:65536", "a:123456",
            "a%2",
            "a?b", "a#b", "http://a", "caf\u{E9}", "a\\b", "[::1%25eth0]", "a,\tb",
        ]
    )
    func invalid(host: String) {
        #expect(verdict("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == "400 the Host is not valid")
    }

    @Test("an empty Host names no host (RFC 9112 3.2)")
    func empty() {
        #expect(request("OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n")?.host == nil)
    }
}
