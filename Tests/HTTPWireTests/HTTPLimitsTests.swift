import Testing

@testable import HTTPWire

@Suite("Limits hold at the boundary and one beyond")
struct HTTPLimitsTests {
    static let limits = HTTPLimits(
        requestLineBytes: 20,
        headerBytes: 30,
        headerCount: 3,
        bodyBytes: 10,
        chunkExtensionBytes: 6,
        trailerBytes: 12
    )
    static let post = "POST / HTTP/1.1\r\n"
    static let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    static let chunkedLimits = HTTPLimits(
        headerBytes: 90,
        headerCount: 3,
        bodyBytes: 10,
        chunkExtensionBytes: 6,
        trailerBytes: 12
    )

    static let uriTooLong = "414 the request line is longer than this server takes"
    static let headersTooLarge = "431 the header section is larger than this server takes"
    static let tooMany = "431 there are more header fields than this server takes"
    static let bodyTooLarge = "413 the body is larger than this server takes"
    static let extensions = "400 the chunk extensions are longer than this server takes"
    static let trailers = "431 the trailer section is larger than this server takes"

    @Test(
        "heads",
        arguments: [
            ("GET /12345 HTTP/1.0\r\n\r\n", uriTooLong),
            ("GET /1234 HTTP/1.0\r\n\r\n", "not refused"),
            // No line end in sight: refused as soon as it cannot fit, not when it arrives.
            ("GET /12345678901234", "not refused"),
            ("GET /123456789012345", uriTooLong),
            ("GET / HTTP/1.0\r\nX: 12345678901234567890123\r\n\r\n", "not refused"),
            ("GET / HTTP/1.0\r\nX: 123456789012345678901234\r\n\r\n", headersTooLarge),
            ("GET / HTTP/1.0\r\nX: 1234567890\r\nY: 12345678\r\n\r\n", "not refused"),
            ("GET / HTTP/1.0\r\nX: 1234567890\r\nY: 123456789\r\n\r\n", headersTooLarge),
            ("GET / HTTP/1.0\r\nX: 12345678901234567890123456", "not refused"),
            ("GET / HTTP/1.0\r\nX: 123456789012345678901234567", headersTooLarge),
            ("GET / HTTP/1.0\r\nA:\r\nB:\r\nC:\r\n\r\n", "not refused"),
            ("GET / HTTP/1.0\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n", tooMany),
        ]
    )
    func heads(text: String, expected: String) {
        #expect(verdict(text, limits: Self.limits) == expected)
    }

    @Test(
        "bodies",
        arguments: [
            ("10\r\n\r\n0123456789", "not refused"),
            ("11\r\n\r\n", bodyTooLarge),
            ("0000000010\r\n\r\n0123456789", "not refused"),
            ("9223372036854775808\r\n\r\n", bodyTooLarge),
            ("99999999999999999999999999999999999999\r\n\r\n", bodyTooLarge),
        ]
    )
    func lengths(rest: String, expected: String) {
        let limits = HTTPLimits(bodyBytes: 10)
        #expect(verdict("POST / HTTP/1.0\r\nContent-Length: \(rest)", limits: limits) == expected)
    }

    @Test(
        "chunks",
        arguments: [
            ("a\r\n0123456789\r\n0\r\n\r\n", "not refused"),
            ("b\r\n", bodyTooLarge),
            ("5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", "not refused"),
            ("5\r\n01234\r\n6\r\n", bodyTooLarge),
            ("ffffffff\r\n", bodyTooLarge),
            ("1;a=bc\r\nx\r\n0\r\n\r\n", "not refused"),
            ("1;a=bcde\r\n", extensions),
            ("1;a\r\nx\r\n1;bcd\r\nx\r\n0\r\n\r\n", "not refused"),
            ("1;a\r\nx\r\n1;bcde\r\n", extensions),
            ("1;345678901234", "not refused"),
            ("1;34567890123456", extensions),
            ("0\r\nA: 12345\r\n\r\n", "not refused"),
            ("0\r\nA: 123456\r\n\r\n", trailers),
            ("0\r\nA:\r\nB:\r\n\r\n", "not refused"),
            ("0\r\nA:\r\nB:\r\nC:\r\n\r\n", trailers),
        ]
    )
    func chunks(body: String, expected: String) {
        #expect(verdict(Self.chunked + body, limits: Self.chunkedLimits) == expected)
    }

    @Test("limits are brought into a range whose sums do not overflow")
    func range() {
        let limits = HTTPLimits(bodyBytes: .max, chunkExtensionBytes: .max, trailerBytes: -1)
        #expect(limits.bodyBytes == 1 << 30)
        #expect(limits.trailerBytes == 0)
        #expect(verdict(Self.chunked + "1;a\r\nx\r\n", limits: limits) == "not refused")
    }

    @Test("the codes that metrics and answers use")
    func codes() {
        #expect(refusal("GET /12345 HTTP/1.0\r\n", limits: Self.limits)?.code == "uri_too_long")
        #expect(refusal(Self.chunked, limits: Self.limits)?.code == "headers_too_large")
        #expect(refusal(Self.chunked + "b\r\n", limits: Self.chunkedLimits)?.code == "body_too_large")
    }
}
