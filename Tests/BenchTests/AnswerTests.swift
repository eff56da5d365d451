import Testing

@testable import linewarden_bench

@Suite struct AnswerTests {
    @Test(
        "An answer is whole, incomplete or none",
        arguments: [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                .whole(.init(status: 200, length: 40, bodyStart: 38, closes: false))
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", .incomplete),
            ("HTTP/1.1 200 OK\r\nContent-Le", .incomplete),
            ("HTTP/1.", .incomplete),
            (
                "HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n",
                .whole(.init(status: 204, length: 38, bodyStart: 38, closes: false))
            ),
            (
                "HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length:0\r\n\r\n",
                .whole(.init(status: 503, length: 58, bodyStart: 58, closes: true))
            ),
            (
                "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
                .whole(.init(status: 200, length: 62, bodyStart: 62, closes: false))
            ),
            ("HTTP/1.1 200 OK\r\nDate: now\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", .malformed),
            ("SSH-2.0-OpenSSH_9.2\r\n", .malformed),
        ] as [(String, Answer.Reading)]
    )
    func reads(text: String, reading: Answer.Reading) {
        #expect(Array(text.utf8).withUnsafeBytes { Answer.read($0) } == reading)
    }
}
