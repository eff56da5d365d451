import Crypto
import Glibc
import HTTPServer
import HTTPWire
import Testing

@testable import Daemon
@testable import Posix

@Suite struct AdminGuardTests {
    /// A peer by its IPv4 address; without one it comes over a Unix socket.
    static func peer(_ address: String?) -> PeerAddress {
        var storage = sockaddr_storage()
        guard let address else { return PeerAddress(storage) }
        withUnsafeMutableBytes(of: &storage) { bytes in
            var native = sockaddr_in()
            native.sin_family = sa_family_t(AF_INET)
            inet_pton(AF_INET, address, &native.sin_addr)
            withUnsafeBytes(of: native) { bytes.copyBytes(from: $0) }
        }
        return PeerAddress(storage)
    }

    @Test(
        "Without a token only who asks by address, as localhost or by a name of ours is answered",
        arguments: [
            ("127.0.0.1:8081", nil), ("127.0.0.1", nil), ("[::1]:8081", nil), ("localhost", nil),
            ("LOCALHOST:8081", nil),
            ("10.0.0.7:8081", nil), ("admin.example.com", nil), ("Admin.Example.COM:8081", nil),
            ("example.com", 421), ("localhost.example.com:8081", 421), ("127.0.0.1.example.com", 421),
            ("admin.example.com.evil.com", 421), ("localhost.", 421),
        ] as [(String, Int?)]
    )
    func hosts(host: String, status: Int?) {
        let door = AdminGuard(token: nil, names: ["admin.example.com"])
        let request = HTTPRequest(method: "GET", target: "/", headers: ["Host": host])
        #expect(door.refusal(request, from: Self.peer("127.0.0.1"))?.status.code == status)
        // Browsers do not come over Unix sockets, nor do they know the token.
        #expect(door.refusal(request, from: Self.peer(nil)) == nil)
        let guarded = AdminGuard(token: Secret("t"), names: [])
        #expect(guarded.refusal(request, from: Self.peer("127.0.0.1"))?.status.code == 401)
        let headers: HTTPHeaders = ["Host": host, "Authorization": "Bearer t"]
        let authorized = HTTPRequest(method: "GET", target: "/", headers: headers)
        #expect(guarded.refusal(authorized, from: Self.peer("127.0.0.1")) == nil)
    }

    @Test(
        "A page of another origin may look, as far as its browser lets it, but change nothing",
        arguments: [
            ("POST", nil, nil), ("POST", "http://127.0.0.1:8081", nil), ("POST", "https://127.0.0.1:8081", nil),
            ("POST", "http://127.0.0.1:9999", 403), ("POST", "http://evil.example.com", 403), ("POST", "null", 403),
            ("DELETE", "http://evil.example.com", 403), ("GET", "http://evil.example.com", nil),
            ("HEAD", "null", nil),
        ] as [(String, String?, Int?)]
    )
    func origins(method: String, origin: String?, status: Int?) {
        var headers: HTTPHeaders = ["Host": "127.0.0.1:8081"]
        if let origin { headers.append("Origin", origin) }
        let request = HTTPRequest(method: method, target: "/", headers: headers)
        let door = AdminGuard(token: nil, names: [])
        #expect(door.refusal(request, from: Self.peer("127.0.0.1"))?.status.code == status)
    }

    @Test(
        "The client is found behind trusted proxies, and nobody else's word counts",
        arguments: [
            ("203.0.113.1", [], "203.0.113.1"),
            ("203.0.113.1", ["198.51.100.1"], "203.0.113.1"),
            ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["1.2.3.4,198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", ["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], "10.0.0.1"),
            ("10.0.0.1", ["1.2.3.4, nonsense"], "10.0.0.1"),
            ("10.0.0.1", ["0.0.0.0/0"], "10.0.0.1"),
            (nil, ["198.51.100.1"], "198.51.100.1"),
            (nil, [], "unix"),
        ] as [(String?, [String], String)]
    )
    func clients(peer: String?, forwarded: [String], client: String) throws {
        var limits = ServerLimits()
        limits.trustedProxies = [try #require(AddressBlock("10.0.0.0/8"))]
        let request = HTTPRequest(
            method: "POST",
            target: "/",
            headers: HTTPHeaders(forwarded.map { ("X-Forwarded-For", $0) })
        )
        #expect(ClientAddress.of(request, from: Self.peer(peer), limits) == client)
    }
}
