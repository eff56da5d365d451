import Testing

@testable import HTTPWire

@Suite("Chunked bodies (RFC 9112 section 7.1)")
struct BodyReaderTests {
    static let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    static let size = "400 a chunk size is not a hexadecimal number"
    static let digits = "400 a chunk size has too many digits"
    static let data = "400 the data of a chunk is not followed by CRLF"
    static let control = "400 a chunk extension holds a control character"
    static let bareLF = "400 a line ends with LF instead of CRLF"

    @Test(
        "what is refused",
        arguments: [
            ("\r\n", size), ("g\r\n", size), ("-1\r\n", size), ("+1\r\n", size), (" 1\r\n", size), ("0x1\r\n", size),
            ("1 \r\n", size), ("1 ;a\r\n", size), ("1\t\r\n", size), (";a\r\n", size), ("1,\r\n", size),
            ("\u{FF11}\r\n", size),
            // 7.1: a recipient must expect large numbers and not overflow.
            ("000000001\r\n", digits), ("fffffffffffffffff\r\n", digits), ("10000000000000001\r\n", digits),
            ("1;a\0\r\n", control), ("1;a\rb\r\n", control), ("1;\u{7F}\r\n", control), ("1\r\r\n", size),
            ("1\nx\r\n", bareLF), ("1;a\nx\r\n", bareLF), ("0\n\r\n", bareLF), ("0\r\n\n", bareLF),
            ("1\r\nxy", data), ("1\r\nx\n", data), ("1\r\nx\ry", data), ("1\r\nx0\r\n\r\n", data),
        ]
    )
    func refused(body: String, expected: String) {
        #expect(verdict(Self.head + body) == expected)
    }

    @Test(
        "what is read",
        arguments: [
            ("0\r\n\r\n", ""), ("000\r\n\r\n", ""), ("1\r\nx\r\n0\r\n\r\n", "x"), ("00000001\r\nx\r\n0\r\n\r\n", "x"),
            ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"), ("2\r\n\r\n\r\n1\r\n\n\r\n0\r\n\r\n", "\r\n\n"),
            ("1;a\r\nx\r\n0;b=\"c d\"\r\n\r\n", "x"), ("1\r\nx\r\n0\r\nA: 1\r\nContent-Length: 9\r\n\r\n", "x"),
        ]
    )
    func read(body: String, expected: String) {
        #expect(request(Self.head + body)?.body == Array(expected.utf8))
    }

    @Test("the framing of a body is not in its count of bytes")
    func count() throws {
        var parser = RequestParser()
        parser.append(Array((Self.head + "3;extension\r\nabc\r\n2\r\nd").utf8))
        _ = try parser.next()
        #expect(parser.bodyBytesReceived == 4)
        #expect(parser.phase == .body)
    }
}
