import Testing

@testable import HTTPWire

@Suite("HTTPResponse on the wire")
struct HTTPResponseTests {
    struct Row: Sendable {
        var response = HTTPResponse.text(.ok, "hi")
        var version = HTTPVersion.http11
        var keepAlive = true
        var forHead = false
        var date: String?
        let bytes: String
    }

    static let type = "Content-Type: text/plain; charset=utf-8\r\n"
    static let bare = HTTPResponse(.noContent)

    @Test(
        "golden bytes",
        arguments: [
            Row(bytes: "HTTP/1.1 200 OK\r\n\(type)Content-Length: 2\r\n\r\nhi"),
            Row(
                date: "Wed, 18 Feb 2026 18:35:05 GMT",
                bytes: "HTTP/1.1 200 OK\r\n\(type)Date: Wed, 18 Feb 2026 18:35:05 GMT\r\nContent-Length: 2\r\n\r\nhi"
            ),
            Row(keepAlive: false, bytes: "HTTP/1.1 200 OK\r\n\(type)Content-Length: 2\r\nConnection: close\r\n\r\nhi"),
            Row(
                version: .http10,
                bytes: "HTTP/1.1 200 OK\r\n\(type)Content-Length: 2\r\nConnection: keep-alive\r\n\r\nhi"
            ),
            Row(
                version: .http10,
                keepAlive: false,
                bytes: "HTTP/1.1 200 OK\r\n\(type)Content-Length: 2\r\nConnection: close\r\n\r\nhi"
            ),
            Row(forHead: true, bytes: "HTTP/1.1 200 OK\r\n\(type)Content-Length: 2\r\n\r\n"),
            Row(
                response: .json(.locked, "{}", headers: ["Allow": "GET, HEAD"]),
                bytes: "HTTP/1.1 423 Locked\r\nContent-Type: application/json\r\nAllow: GET, HEAD\r\n"
                    + "Content-Length: 2\r\n\r\n{}"
            ),
            Row(response: HTTPResponse(.notFound), bytes: "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
            Row(response: HTTPResponse(.noContent, body: [65]), bytes: "HTTP/1.1 204 No Content\r\n\r\n"),
            Row(response: HTTPResponse(.notModified), bytes: "HTTP/1.1 304 Not Modified\r\n\r\n"),
            Row(response: HTTPResponse(.continue), bytes: "HTTP/1.1 100 Continue\r\n\r\n"),
            Row(
                response: HTTPResponse(HTTPStatus(rawValue: 299)),
                bytes: "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n"
            ),
        ]
    )
    func golden(row: Row) {
        #expect(written(row) == row.bytes)
    }

    @Test(
        "no field breaks the message (RFC 9110 5.5)",
        arguments: [
            (("X", "a\r\nSet-Cookie: b"), "X: a  Set-Cookie: b\r\n"), (("X", "a\nb\0c\u{1B}d"), "X: a b c d\r\n"),
            (("X", "a\tb caf\u{E9}"), "X: a\tb caf\u{E9}\r\n"), (("X\r\nY", "a"), ""), (("", "a"), ""),
            (("X Y", "a"), ""),
            (("X:", "a"), ""), (("Caf\u{E9}", "a"), ""),
            // Written by `serialize` itself, so never twice.
            (("content-length", "9"), ""), (("Transfer-Encoding", "chunked"), ""), (("CONNECTION", "upgrade"), ""),
            (("Date", "today"), "Date: today\r\n"),
        ]
    )
    func injection(field: (String, String), expected: String) {
        let row = Row(response: HTTPResponse(.noContent, headers: HTTPHeaders([field])), bytes: "")
        #expect(written(row) == "HTTP/1.1 204 No Content\r\n\(expected)\r\n")
    }

    @Test("a given date replaces the field, and cannot break the message either")
    func date() {
        let response = HTTPResponse(.noContent, headers: ["Date": "other"])
        #expect(
            written(Row(response: response, date: "now\r\nX: y", bytes: ""))
                == "HTTP/1.1 204 No Content\r\nDate: now  X: y\r\n\r\n"
        )
    }

    @Test("100 Continue")
    func continue100() {
        #expect(String(decoding: HTTPResponse.continue100, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test("messages are appended, for pipelined answers")
    func appends() {
        var buffer = Array("before".utf8)
        HTTPResponse(.noContent).serialize(into: &buffer, version: .http11, keepAlive: true, forHead: false, date: nil)
        #expect(String(decoding: buffer, as: UTF8.self) == "beforeHTTP/1.1 204 No Content\r\n\r\n")
    }

    private func written(_ row: Row) -> String {
        var buffer: [UInt8] = []
        row.response.serialize(
            into: &buffer,
            version: row.version,
            keepAlive: row.keepAlive,
            forHead: row.forHead,
            date: row.date
        )
        return String(decoding: buffer, as: UTF8.self)
    }
}
