import Chrono
import Posix
import Testing

@testable import HTTPClient

@Suite("HTTPClient", .timeLimit(.minutes(5)))
struct HTTPClientTests {
    let client = HTTPClient(userAgent: "linewarden/test")

    @Test("a response, every part of it")
    func whole() async throws {
        let peer = try await Peer { _ in .answer(response(200, "it is done", headers: "X-One:  1 \r\nx-one: 2\r\n")) }
        let answer = try await client.send(OutgoingRequest(url: peer.url, timeout: .ample))
        #expect(answer.status == 200)
        #expect(answer.body == Array("it is done".utf8))
        #expect(!answer.isTruncated)
        #expect(answer.header("X-ONE") == "1")
        #expect(answer.headers.map(\.name) == ["X-One", "x-one", "Content-Length"])
        #expect(answer.header("X-Two") == nil)
        #expect(answer.duration > .zero && answer.duration < .ample)
    }

    @Test(
        "every status is a response, not an error",
        arguments: [
            200, 201, 202, 204, 205, 226, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 407, 408, 409,
            410,
            413, 417, 421, 422, 423, 425, 429, 500, 501, 502, 503, 504, 520, 599, 999,
        ]
    )
    func statuses(status: Int) async throws {
        let head = "HTTP/1.1 \(status) X\r\nLocation: /elsewhere\r\nRetry-After: 7\r\n"
        let peer = try await Peer { _ in
            .answer(head + ([204, 304].contains(status) ? "\r\n" : "Content-Length: 0\r\n\r\n"))
        }
        let answer = try await client.send(OutgoingRequest(url: peer.url, timeout: .ample))
        #expect(answer.status == status)
        #expect(answer.header("Retry-After") == "7")
        #expect(await peer.requests.count == 1, "a redirect must not be followed")
    }

    @Test("a POST arrives as it was written")
    func verbatim() async throws {
        let peer = try await Peer { _ in .answer(response(200)) }
        let request = OutgoingRequest(
            url: "\(peer.url)/hooks/1?a=b%20c",
            headers: [("Content-Type", "application/json"), ("X-Empty", ""), ("X-Umlaut", "grün")],
            body: Array("{\"a\":\"é\",\r\n\"b\":1}".utf8),
            timeout: .ample
        )
        _ = try await client.send(request)
        #expect(
            await peer.requests == [
                """
                POST /hooks/1?a=b%20c HTTP/1.1\r
                Host: 127.0.0.1:\(peer.port)\r
                User-Agent: linewarden/test\r
                Accept: */*\r
                Content-Type: application/json\r
                X-Empty:\r
                X-Umlaut: grün\r
                Content-Length: 18\r
                \r
                {"a":"é",\r
                "b":1}
                """
            ]
        )
    }

    @Test(
        "which methods announce a body",
        arguments: [
            ("GET", "", false), ("HEAD", "", false), ("DELETE", "", false), ("POST", "", true), ("PUT", "", true),
            ("DELETE", "x", true), ("PATCH", "x", true),
        ]
    )
    func methods(method: String, body: String, announces: Bool) async throws {
        let peer = try await Peer { _ in .answer(response(200, method == "HEAD" ? "" : "ok")) }
        _ = try await client.send(
            OutgoingRequest(method: method, url: peer.url, body: Array(body.utf8), timeout: .ample)
        )
        let sent = try #require(await peer.requests.first)
        #expect(sent.hasPrefix("\(method) / HTTP/1.1\r\n"))
        #expect(sent.contains("Content-Length: \(body.utf8.count)\r\n") == announces)
        #expect(!sent.contains("Content-Type"))
    }

    @Test("a large body goes out whole, without asking leave")
    func largeBody() async throws {
        let peer = try await Peer { _ in .answer(response(200)) }
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20)
        _ = try await client.send(OutgoingRequest(url: peer.url, body: body, timeout: .ample))
        let sent = try #require(await peer.requests.first)
        #expect(sent.hasSuffix(String(repeating: "x", count: 1_000)))
        #expect(sent.utf8.count > body.count)
        #expect(!sent.contains("Expect"))
    }

    @Test("a connection is used again")
    func keptConnection() async throws {
        let peer = try await Peer { _ in .answer(response(200, "ok")) }
        for _ in 0..<5 { _ = try await client.send(OutgoingRequest(url: peer.url, timeout: .ample)) }
        #expect(await peer.accepted == 1)
        #expect(await peer.requests.count == 5)
    }

    @Test("a connection that was closed in the meantime is replaced")
    func closedConnection() async throws {
        let peer = try await Peer { _ in .close(after: response(200, "ok")) }
        for _ in 0..<3 { #expect(try await client.send(OutgoingRequest(url: peer.url, timeout: .ample)).status == 200) }
        #expect(await peer.accepted == 3)
    }

    @Test("what must not arrive twice is not sent again over a kept connection that ends", arguments: [true, false])
    func sentOnce(isSentOnce: Bool) async throws {
        let peer = try await Peer { request in
            request.contains("make") ? .close(after: "") : .answer(response(200, "ok"))
        }
        _ = try await client.send(OutgoingRequest(url: peer.url, timeout: .ample))
        let request = OutgoingRequest(url: peer.url, body: Array("make".utf8), timeout: .ample, isSentOnce: isSentOnce)
        await #expect(throws: TransportError.self) { try await client.send(request) }
        // Without it libcurl tries once more, with a new connection.
        #expect(await peer.requests.count == (isSentOnce ? 2 : 3))
    }

    @Test("a body beyond the limit is cut and says so", arguments: [(9, true), (10, false), (0, true)])
    func limit(limit: Int, isTruncated: Bool) async throws {
        let peer = try await Peer { _ in .answer(response(500, "0123456789")) }
        let answer = try await client.send(OutgoingRequest(url: peer.url, timeout: .ample, responseLimit: limit))
        #expect(answer.status == 500)
        #expect(answer.body == Array("0123456789".utf8.prefix(limit)))
        #expect(answer.isTruncated == isTruncated)
    }

    @Test("a body without end is cut and does not wait for the deadline")
    func endless() async throws {
        let endless = "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 5_000)
        let peer = try await Peer { _ in .answer(endless) }
        let answer = try await client.send(OutgoingRequest(url: peer.url, timeout: .ample, responseLimit: 1_000))
        #expect(answer.body.count == 1_000)
        #expect(answer.isTruncated)
    }

    @Test("a body that comes slowly comes whole")
    func slowBody() async throws {
        let peer = try await Peer { _ in .drip(response(200, "slow but sure")) }
        let answer = try await client.send(OutgoingRequest(url: peer.url, timeout: .ample))
        #expect(String(decoding: answer.body, as: UTF8.self) == "slow but sure")
    }

    @Test("headers of interim responses and trailers are left out")
    func interim() async throws {
        let chunked = "Transfer-Encoding: chunked\r\nX-Final: yes\r\n\r\n2\r\nok\r\n0\r\nX-Trailer: no\r\n\r\n"
        let peer = try await Peer { _ in
            .answer("HTTP/1.1 103 Early Hints\r\nX-Early: no\r\n\r\nHTTP/1.1 200 OK\r\n" + chunked)
        }
        let answer = try await client.send(OutgoingRequest(url: peer.url, timeout: .ample))
        #expect(answer.headers.map(\.name) == ["Transfer-Encoding", "X-Final"])
        #expect(answer.body == Array("ok".utf8))
    }

    @Test("a Unix socket")
    func unixSocket() async throws {
        let path = "/tmp/linewarden-client-\(UInt32.random(in: .min ... .max)).sock"
        defer { try? File.remove(path) }
        let peer = try await Peer(on: .unix(path: path)) { _ in .answer(response(200, "admin")) }
        let request = OutgoingRequest(
            method: "GET",
            url: "http://localhost/v1/lines",
            timeout: .ample,
            unixSocket: path
        )
        let answer = try await client.send(request)
        #expect(answer.body == Array("admin".utf8))
        #expect(try #require(await peer.requests.first).hasPrefix("GET /v1/lines HTTP/1.1\r\nHost: localhost\r\n"))
    }

    @Test("a thousand requests at once, over eight connections")
    func many() async throws {
        let peer = try await Peer { _ in .answer(response(200, "ok")) }
        await withTaskGroup(of: Int?.self) { [client] group in
            for _ in 0..<1_000 {
                group.addTask { try? await client.send(OutgoingRequest(url: peer.url, timeout: .ample)).status }
            }
            for await status in group { #expect(status == 200) }
        }
        #expect(await peer.requests.count == 1_000)
        #expect(await peer.accepted <= HTTPClient.requestsPerHost)
    }
}
