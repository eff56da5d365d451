import Testing

@testable import HTTPWire

@Suite("Field lines (RFC 9112 section 5)")
struct FieldLineTests {
    static let leading = "400 a header line starts with whitespace"
    static let space = "400 there is whitespace in a header name or before its colon"
    static let name = "400 a header name holds a character that is not allowed"
    static let control = "400 a header value holds a control character"

    static let refused = [
        // 5.2: obs-fold. 2.2: whitespace before the first field.
        (" X: 1", leading), ("\tX: 1", leading), ("X: 1\r\n 2", leading), ("X: 1\r\n\t2", leading), (" ", leading),
        // 5.1: no whitespace before the colon.
        ("X : 1", space), ("X\t: 1", space), ("X Y: 1", space),
        // 9110 5.1: a name is a token.
        (": 1", "400 a header name is empty"), ("X", "400 a header line has no colon"), ("X(: 1", name),
        ("X\0: 1", name), ("X\u{E9}: 1", name), ("X@: 1", name), ("X\rY: 1", name), ("\"X\": 1", name),
        // 9110 5.5: no CR, LF, NUL or other control in a value.
        ("X: a\0b", control), ("X: a\rb", control), ("X: a\u{1}", control), ("X: \u{7F}", control),
        ("X: \u{1B}[2J", control), ("X: 1\r", control), ("X: \u{B}1", control),
        // 2.2: bare LF.
        ("X: a\nY: b", "400 a line ends with LF instead of CRLF"),
        ("X: a\r\n\nY: b", "400 a line ends with LF instead of CRLF"),
    ]

    @Test("what is refused in the header section", arguments: refused)
    func header(line: String, expected: String) {
        #expect(verdict("GET / HTTP/1.0\r\n\(line)\r\n\r\n") == expected)
    }

    @Test("and in the trailer section (7.1.2)", arguments: refused)
    func trailer(line: String, expected: String) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        #expect(verdict("\(head)\(line)\r\n\r\n") == expected)
    }

    @Test(
        "what is read",
        arguments: [
            ("X:1", "1"), ("X: 1", "1"), ("X: \t 1 \t ", "1"), ("X:", ""), ("X: \t", ""), ("X: a\tb  c", "a\tb  c"),
            ("x: :a:", ":a:"), ("X: caf\u{E9}", "caf\u{E9}"), ("X: \u{80}", "\u{80}"),
        ]
    )
    func read(line: String, expected: String) {
        #expect(request("GET / HTTP/1.0\r\nA: b\r\n\(line)\r\n\r\n")?.headers.first("X") == expected)
    }

    @Test("obs-text that is not UTF-8 is repaired (9110 5.5)")
    func obsText() {
        let bytes = Array("GET / HTTP/1.0\r\nX: a".utf8) + [0xE9, 0xFF] + Array("b\r\n\r\n".utf8)
        guard case .request(let parsed)? = parse([bytes]).first else {
            Issue.record("refused")
            return
        }
        #expect(parsed.headers.first("x") == "a\u{FFFD}\u{FFFD}b")
    }
}
