import Chrono
import Posix
import Testing

@testable import HTTPClient

/// Looking whether somebody is there, without a word.
@Suite(.timeLimit(.minutes(5))) struct ReachTests {
    private let client = HTTPClient(userAgent: "linewarden/test")

    @Test("a connection is made and nothing is sent; a request after it has a connection of its own")
    func http() async throws {
        let peer = try await Peer { _ in .answer(response(200)) }
        try await client.reach("\(peer.url)/secret", within: .ample)
        while await peer.accepted == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await peer.requests.isEmpty)
        let answer = try await client.send(OutgoingRequest(url: peer.url, timeout: .ample))
        #expect(answer.status == 200)
        #expect(await peer.accepted == 2)
        #expect(await peer.requests.count == 1)
    }

    @Test func nobodyThere() async throws {
        await #expect(throws: TransportError.refused) {
            try await client.reach("http://127.0.0.1:1/", within: .ample)
        }
        await #expect(throws: TransportError.unresolved(host: "no-such-host.invalid")) {
            try await client.reach("https://no-such-host.invalid/", within: .ample)
        }
    }

    @Test("TLS is a part of it", .enabled(if: TLSPeer.isPossible))
    func tls() async throws {
        let peer = try TLSPeer()
        do {
            try await client.reach("https://localhost:\(peer.port)/", within: .ample)
            Issue.record("nobody vouches for its certificate")
        } catch {
            guard case .tls = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    private func mail(_ port: UInt16, protection: OutgoingMail.Protection = .none) -> OutgoingMail {
        OutgoingMail(
            server: .init(
                host: "127.0.0.1",
                port: port,
                protection: protection,
                ehlo: "warden.example.org",
                login: ("w", "hunter2")
            ),
            sender: "w@example.org",
            recipients: ["a@example.com"],
            text: [],
            timeout: .ample
        )
    }

    /// A server that knows one way to log in.
    private func mailPeer(login: String) async throws -> MailPeer {
        try await MailPeer { command in
            switch command {
            case "": "220 mail.example.com ESMTP"
            case _ where command.hasPrefix("EHLO"): "250-mail.example.com\r\n250 AUTH PLAIN"
            case "AUTH PLAIN": "334 "
            default: login
            }
        }
    }

    @Test("A mail server is met up to the login, and offered no mail")
    func smtp() async throws {
        let peer = try await mailPeer(login: "235 welcome")
        #expect(try await client.reachServer(of: mail(peer.port)) == MailReply(stage: .accepted, reply: nil))
        while await peer.closed == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await peer.commands.prefix(2) == ["EHLO warden.example.org", "AUTH PLAIN"])
        #expect(await peer.commands.contains { $0.hasPrefix("MAIL") } == false)
    }

    @Test func refusals() async throws {
        let refusing = try await mailPeer(login: "535 no")
        #expect(try await client.reachServer(of: mail(refusing.port)).stage == .login)
        let closed = try await MailPeer { _ in "554 go away" }
        #expect(try await client.reachServer(of: mail(closed.port)).stage == .greeting)
        let plain = try await mailPeer(login: "235 welcome")
        #expect(try await client.reachServer(of: mail(plain.port, protection: .startTLS)).stage == .encryption)
    }
}
