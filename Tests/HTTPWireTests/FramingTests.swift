import Testing

@testable import HTTPWire

@Suite("Framing (RFC 9112 sections 3.2, 6 and 9.3)")
struct FramingTests {
    static let number = "400 Content-Length is not a decimal number"
    static let twice = "400 there is more than one Content-Length"
    static let both = "400 Content-Length and Transfer-Encoding exclude each other"
    static let coding = "501 the only Transfer-Encoding this server takes is chunked"
    static let expect = "417 the only expectation this server meets is 100-continue"

    @Test(
        "what is refused in HTTP/1.1",
        arguments: [
            // 9110 8.6: 1*DIGIT.
            ("Content-Length: +5", number), ("Content-Length: -5", number), ("Content-Length: 0x5", number),
            ("Content-Length: 5 5", number), ("Content-Length: \"5\"", number), ("Content-Length:", number),
            ("Content-Length: 5.0", number), ("Content-Length: 5a", number), ("Content-Length: \u{665}", number),
            // 6.3: lists, differing and repeated lengths.
            ("Content-Length: 5, 5", number), ("Content-Length: 5,6", number),
            ("Content-Length: 5\r\nContent-Length: 5", twice), ("Content-Length: 5\r\ncontent-length: 6", twice),
            // 6.1: both.
            ("Content-Length: 5\r\nTransfer-Encoding: chunked", both),
            ("Transfer-Encoding: chunked\r\nContent-Length: 0", both),
            ("Transfer-Encoding: gzip\r\nContent-Length: x", both),
            // 6.1: other codings.
            ("Transfer-Encoding: gzip", coding), ("Transfer-Encoding: gzip, chunked", coding),
            ("Transfer-Encoding: chunked, chunked", coding), ("Transfer-Encoding: identity", coding),
            ("Transfer-Encoding: chunked;q=1", coding), ("Transfer-Encoding:", coding),
            ("Transfer-Encoding: \"chunked\"", coding), ("Transfer-Encoding: xchunked", coding),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "400 there is more than one Transfer-Encoding"
            ),
            // 3.2: Host.
            ("Host: a", "400 there is more than one Host"),
            // 9110 10.1.1.
            ("Expect: 200-ok", expect), ("Expect: 100-continue, x", expect), ("Expect:", expect),
        ]
    )
    func refused(fields: String, expected: String) {
        #expect(verdict("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n") == expected)
    }

    @Test(
        "what depends on the version",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", "400 there is no Host"),
            ("GET http://a/ HTTP/1.1\r\n\r\n", "400 there is no Host"),
            ("GET / HTTP/1.0\r\n\r\n", "not refused"),
            ("GET / HTTP/1.0\r\nHost: a b\r\n\r\n", "400 the Host is not valid"),
            ("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "400 there is more than one Host"),
            // 6.1: no transfer codings in 1.0.
            ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400 HTTP/1.0 has no Transfer-Encoding"),
            ("POST / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n", "400 HTTP/1.0 has no Transfer-Encoding"),
        ]
    )
    func version(text: String, expected: String) {
        #expect(verdict(text) == expected)
    }

    @Test(
        "lengths that are taken",
        arguments: [("5", 5), (" \t5 \t", 5), ("0", 0), ("0005", 5)]
    )
    func lengths(value: String, expected: Int) {
        let text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\(value)\r\n\r\n"
        #expect(request(text + String(repeating: "x", count: expected))?.body.count == expected)
    }

    @Test(
        "persistence (9.3)",
        arguments: [
            ("1.1", "X: y", true), ("1.1", "Connection: close", false), ("1.1", "Connection: keep-alive", true),
            ("1.1", "Connection: a, Close ,b", false), ("1.1", "Connection: a\r\nConnection: close", false),
            ("1.1", "Connection: closed", true), ("1.1", "Connection: keep-alive, close", false),
            ("1.1", "Connection:", true), ("1.1", "Connection: ,,close", false),
            ("1.0", "X: y", false), ("1.0", "Connection: keep-alive", true), ("1.0", "Connection: Keep-Alive, x", true),
            ("1.0", "Connection: keep-alive, close", false),
        ]
    )
    func keepAlive(version: String, field: String, expected: Bool) {
        #expect(request("GET / HTTP/\(version)\r\nHost: a\r\n\(field)\r\n\r\n")?.keepAlive == expected)
    }
}
