import Testing

@testable import HTTPWire

@Suite("RequestParser")
struct RequestParserTests {
    @Test("a webhook, every part of it")
    func webhook() throws {
        let parsed = try #require(request(Corpus.webhook))
        #expect(parsed.method == "POST")
        #expect(parsed.target == "/webhooks/linq")
        #expect(parsed.path == "/webhooks/linq")
        #expect(parsed.query == nil)
        #expect(parsed.version == .http11)
        #expect(parsed.keepAlive)
        #expect(parsed.host == "hooks.example.com")
        #expect(parsed.headers.count == 6)
        #expect(parsed.headers.first("content-TYPE") == "application/json")
        #expect(parsed.body == Array("{\"event_type\":\"phone_number.status_upd\"}\n".utf8))
    }

    @Test("a chunked body loses its framing, extensions and trailers")
    func chunked() throws {
        let parsed = try #require(request(Corpus.chunked))
        #expect(parsed.body == Array("hello0123456789".utf8))
        #expect(!parsed.headers.contains("Trailer-One"))
    }

    @Test("pipelined requests come one by one and the rest stays buffered")
    func pipelining() throws {
        let get = Array("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var parser = RequestParser()
        for _ in 0..<3 { parser.append(get) }
        #expect(parser.bufferedBytes == 3 * get.count)
        for left in [2, 1, 0] {
            guard case .request = try parser.next() else {
                Issue.record("no request")
                return
            }
            #expect(parser.bufferedBytes == left * get.count)
        }
        guard case .needsMoreBytes = try parser.next() else {
            Issue.record("a fourth request")
            return
        }
        #expect(parser.phase == .idle)
    }

    @Test("a raw buffer is as good as an array")
    func rawBuffer() throws {
        var parser = RequestParser()
        Array(Corpus.webhook.utf8).withUnsafeBytes { parser.append($0) }
        guard case .request(let parsed) = try parser.next() else {
            Issue.record("no request")
            return
        }
        #expect(parsed == request(Corpus.webhook))
    }

    @Test("the phase and the count of body bytes follow what has arrived")
    func phases() throws {
        typealias Row = (bytes: String, phase: RequestParser.Phase, body: Int, buffered: Int)
        let rows: [Row] = [
            ("", .idle, 0, 0),
            ("\r\n", .idle, 0, 0),
            ("P", .head, 0, 1),
            ("OST / HTTP/1.1\r\n", .head, 0, 0),
            ("Host: a\r\n", .head, 0, 9),
            ("Content-Length: 4\r\n\r\n", .body, 0, 0),
            ("ab", .body, 2, 0),
            ("c", .body, 3, 0),
        ]
        var parser = RequestParser()
        for row in rows {
            parser.append(Array(row.bytes.utf8))
            _ = try parser.next()
            #expect(parser.phase == row.phase, "after \(row.bytes)")
            #expect(parser.bodyBytesReceived == row.body, "after \(row.bytes)")
            #expect(parser.bufferedBytes == row.buffered, "after \(row.bytes)")
        }
        parser.append(Array("d".utf8))
        _ = try parser.next()
        #expect(parser.phase == .idle)
        #expect(parser.bodyBytesReceived == 0)
    }

    @Test("100-continue is asked for once, and only while the body is missing (RFC 9110 10.1.1)")
    func expectContinue() throws {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
        #expect(try steps([head, "o", "k"]) == [["continue", "more"], ["more"], ["request", "more"]])
        #expect(try steps([head + "ok"]) == [["request", "more"]])
        #expect(try steps([head + "o", "k"]) == [["continue", "more"], ["request", "more"]])
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(try steps([chunked, "0\r\n\r\n"]) == [["continue", "more"], ["request", "more"]])
        let old = "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        #expect(try steps([old, "ok"]) == [["more"], ["request", "more"]])
        let empty = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n"
        #expect(try steps([empty]) == [["request", "more"]])
    }

    @Test("a refusal is final and frees what was buffered")
    func refusalIsFinal() throws {
        var parser = RequestParser()
        parser.append(Array("BAD\r\n".utf8))
        let first = #expect(throws: HTTPRefusal.self) { _ = try parser.next() }
        parser.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(parser.bufferedBytes == 0)
        let second = #expect(throws: HTTPRefusal.self) { _ = try parser.next() }
        #expect(first == second)
        #expect(first?.code == "bad_request")
    }

    @Test(
        "before the request line (RFC 9112 2.2)",
        arguments: [
            ("\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "not refused"),
            ("\r\n\r\n\r\n\r\n\r\n", "400 there are too many empty lines before the request"),
            ("\nGET / HTTP/1.1\r\n", "400 the request does not start with a method"),
            ("\rGET / HTTP/1.1\r\n", "400 a CR is not followed by LF"),
            (" GET / HTTP/1.1\r\n", "400 the request does not start with a method"),
            ("\u{16}\u{3}\u{1}\u{2}", "400 this looks like TLS, and the listener speaks plain HTTP"),
        ]
    )
    func start(text: String, expected: String) {
        #expect(verdict(text) == expected)
    }

    @Test("memory of a large message is given back")
    func largeBodies() {
        let body = String(repeating: "x", count: 200_000)
        let text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + body
        let pieces = stride(from: 0, to: text.utf8.count, by: 9_000).map {
            Array(text.utf8.dropFirst($0).prefix(9_000))
        }
        #expect(parse(pieces + pieces) == parse(text + text))
        #expect(request(text)?.body.count == 200_000)
    }

    private func steps(_ pieces: [String]) throws -> [[String]] {
        var parser = RequestParser()
        return try pieces.map { piece in
            parser.append(Array(piece.utf8))
            var names: [String] = []
            while names.last != "more" {
                switch try parser.next() {
                case .needsMoreBytes: names.append("more")
                case .expectsContinue: names.append("continue")
                case .request: names.append("request")
                }
            }
            return names
        }
    }
}
