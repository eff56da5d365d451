import Chrono
import Posix
import Testing

@testable import HTTPClient

/// Every way to fail, and that none of them tells a secret.
@Suite("TransportError", .timeLimit(.minutes(5)))
struct TransportErrorTests {
    let client = HTTPClient(userAgent: "linewarden/test")

    /// The error of a request whose URL is full of secrets, none of which may be in the words.
    func failure(_ authority: String, scheme: String = "http", unixSocket: String? = nil) async -> TransportError? {
        let url = "\(scheme)://hunter:hunter@\(authority)/hunter/hunter?hunter=hunter#hunter"
        let request = OutgoingRequest(
            url: url,
            headers: [("X-Key", "hunter")],
            body: Array("hunter".utf8),
            timeout: .ample,
            unixSocket: unixSocket
        )
        let failure = await client.failure(request)
        #expect(failure.map { "\($0) \(String(reflecting: $0))".contains("hunter") } == false)
        #expect(!"\(request)".contains("hunter"))
        return failure
    }

    @Test("nobody listens")
    func refused() async {
        #expect(await failure("127.0.0.1:1") == .refused)
    }

    @Test("no such Unix socket")
    func noSocket() async {
        #expect(
            await failure("localhost", unixSocket: "/tmp/no/such.sock") == .unreachable("No such file or directory")
        )
    }

    @Test("no such host")
    func unknownHost() async {
        #expect(await failure("no-such-host.invalid") == .unresolved(host: "no-such-host.invalid"))
    }

    @Test(
        "a response that is none",
        arguments: [
            ("", "the peer closed the connection without a response"),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf",
                "the peer closed the connection before the end of the response"
            ),
            ("SSH-2.0-OpenSSH_9.2p1\r\n", "the response is not HTTP"),
        ]
    )
    func interrupted(text: String, words: String) async throws {
        let peer = try await Peer { _ in .close(after: text) }
        #expect(await failure("127.0.0.1:\(peer.port)") == .interrupted(words))
    }

    @Test("a connection reset in the middle")
    func reset() async throws {
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"
        let peer = try await Peer(readsRequests: false) { _ in .close(after: half) }
        guard case .interrupted = await failure("127.0.0.1:\(peer.port)") else {
            Issue.record("not interrupted")
            return
        }
    }

    @Test("headers without end")
    func oversized() async throws {
        let field = "X-Pad: \(String(repeating: "x", count: 1_000))\r\n"
        let peer = try await Peer { _ in .answer("HTTP/1.1 200 OK\r\n" + String(repeating: field, count: 70)) }
        #expect(
            await failure("127.0.0.1:\(peer.port)") == .interrupted("the headers of the response are too large")
        )
    }

    @Test("TLS to a port that does not speak it")
    func plain() async throws {
        let peer = try await Peer(readsRequests: false) { _ in .close(after: response(400)) }
        guard case .tls = await failure("127.0.0.1:\(peer.port)", scheme: "https") else {
            Issue.record("not a TLS error")
            return
        }
    }

    @Test("a certificate that nobody vouches for", .enabled(if: TLSPeer.isPossible))
    func selfSigned() async throws {
        let peer = try TLSPeer()
        #expect(
            await failure("localhost:\(peer.port)", scheme: "https")
                == .tls("SSL certificate problem: self-signed certificate")
        )
    }

    @Test(
        "URLs that are not taken",
        arguments: [
            ("", nil), ("hunter", nil), ("/hunter", nil), ("http://", "it has no host"),
            ("ftp://hunter", "it does not begin with http:// or https://"),
            ("file:///etc/hunter", "it does not begin with http:// or https://"),
            ("gopher://hunter/_x", "it does not begin with http:// or https://"),
            ("http://hunter:99999/", "its port is not a number from 0 to 65535"),
            ("http://hunter\0/", "it holds a NUL"),
            ("http://hunter/a b", nil), ("http://hunter/\r\nX: y", nil), ("https://[::1/hunter", nil),
        ]
    )
    func invalidURL(url: String, words: String?) async {
        let failure = await client.failure(OutgoingRequest(url: url, timeout: .ample))
        guard case .invalidURL(let why) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(!why.contains("hunter"))
        if let words { #expect(why == words) }
    }

    @Test(
        "requests that would not be what they seem",
        arguments: [
            ("POST", "X-A", "1\r\nX-B: 2", "the header X-A holds a line break or another control character"),
            ("POST", "X-A", "1\nX-B: 2", "the header X-A holds a line break or another control character"),
            ("POST", "X-A", "1\0", "the header X-A holds a line break or another control character"),
            ("POST", "X-A\r\nX-B", "1", "a header's name is not a word that HTTP allows"),
            ("POST", "X A", "1", "a header's name is not a word that HTTP allows"),
            ("POST", "", "1", "a header's name is not a word that HTTP allows"),
            ("POST", "Content-length", "1", "the header Content-length is set by the client itself"),
            ("POST", "Transfer-Encoding", "chunked", "the header Transfer-Encoding is set by the client itself"),
            ("GET / HTTP/1.1\r\nX: y\r\n\r\nGET", "X-A", "1", "the method is not a word that HTTP allows"),
            ("", "X-A", "1", "the method is not a word that HTTP allows"),
        ]
    )
    func injection(method: String, name: String, value: String, words: String) async throws {
        let peer = try await Peer { _ in .answer(response(200)) }
        let request = OutgoingRequest(method: method, url: peer.url, headers: [(name, value)], timeout: .ample)
        #expect(await client.failure(request) == .invalidRequest(words))
        #expect(await peer.accepted == 0)
    }

    @Test("socket paths that the system cannot take", arguments: ["", "/a\0b", String(repeating: "/a", count: 54)])
    func socketPath(path: String) async {
        guard case .invalidRequest = await failure("localhost", unixSocket: path) else {
            Issue.record("\(path) was taken")
            return
        }
    }

    @Test(
        "the words",
        arguments: [
            (.invalidURL("it has no host"), "the URL is invalid: it has no host"),
            (.invalidRequest("the header X is odd"), "the request cannot be sent: the header X is odd"),
            (.unresolved(host: "a.example"), "no address was found for the host a.example"),
            (.refused, "the connection was refused"),
            (.unreachable("No route to host"), "no connection could be made: No route to host"),
            (.timeout(.seconds(10)), "there was no complete response within 10 s"),
            (.tls("no shared cipher"), "the TLS connection failed: no shared cipher"),
            (.interrupted("the response is not HTTP"), "the exchange broke off: the response is not HTTP"),
            (.other(code: 27, "Out of memory"), "the request failed: Out of memory (libcurl error 27)"),
            (.cancelled, "the request was cancelled"),
        ] as [(TransportError, String)]
    )
    func words(error: TransportError, words: String) { #expect(error.description == words) }
}
