import Chrono
import Posix
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(5))) struct MailTests {
    private let client = HTTPClient(userAgent: "linewarden/test")

    private func mail(_ port: UInt16, text: String = "Subject: x\r\n\r\nx\r\n", timeout: Span = .ample) -> OutgoingMail
    {
        OutgoingMail(
            server: .init(host: "127.0.0.1", port: port, protection: .none, ehlo: "warden.example.org"),
            sender: "w@example.org",
            recipients: ["a@example.com", "b@example.com"],
            text: Array(text.utf8),
            timeout: timeout
        )
    }

    /// What a server says that takes everything, but for these commands.
    private func peer(_ exceptions: [String: String?] = [:]) async throws -> MailPeer {
        try await MailPeer { command in
            let exception = exceptions.first { key, _ in key == command || !key.isEmpty && command.hasPrefix(key) }
            if let exception { return exception.value }
            switch command {
            case "": return "220 mail.example.com ESMTP"
            case "DATA": return "354 go ahead"
            case "QUIT": return "221 bye"
            default: return "250 ok"
            }
        }
    }

    @Test func aMailAsItGoesOver() async throws {
        let peer = try await peer([".": "250 queued as 42"])
        let reply = try await client.send(mail(peer.port, text: "Subject: x\r\n\r\n.\r\n..\r\n.x\r\nend\r\n"))
        #expect(reply == MailReply(stage: .accepted, reply: SMTPReply(250, "queued as 42")))
        #expect(
            await peer.commands.prefix(6) == [
                "EHLO warden.example.org", "MAIL FROM:<w@example.org>", "RCPT TO:<a@example.com>",
                "RCPT TO:<b@example.com>", "DATA", "\r\nSubject: x\r\n\r\n..\r\n...\r\n..x\r\nend\r\n.\r\n",
            ]
        )
    }

    @Test(arguments: [
        ("", "554 go away", MailReply.Stage.greeting), ("MAIL", "451 later", .envelope), ("RCPT", "550 no", .envelope),
        ("DATA", "554 no", .envelope), (".", "552 too much", .content),
    ])
    func refusals(command: String, answer: String, stage: MailReply.Stage) async throws {
        let peer = try await peer([command: answer])
        let reply = try await client.send(mail(peer.port))
        #expect(reply.stage == stage)
        #expect(reply.reply.map { "\($0.code) \($0.text)" } == answer)
    }

    @Test func aRefusedRecipientIsToldOf() async throws {
        let peer = try await peer(["RCPT TO:<a@": "550 no such user"])
        let reply = try await client.send(mail(peer.port))
        #expect(reply.stage == .accepted)
        #expect(reply.refused == [MailReply.Refusal(recipient: "a@example.com", reply: SMTPReply(550, "no such user"))])
    }

    @Test func withoutSTARTTLSNothingIsSaid() async throws {
        let peer = try await peer()
        var mail = mail(peer.port)
        mail.server.protection = .startTLS
        mail.server.login = ("w", "hunter2")
        #expect(try await client.send(mail) == MailReply(stage: .encryption, reply: nil))
        #expect(await !peer.commands.contains { $0.hasPrefix("MAIL") || $0.hasPrefix("AUTH") })
    }

    /// Only after its last byte can a mail have arrived.
    @Test(arguments: [("", false), ("EHLO", false), ("RCPT", false), ("DATA", false), (".", true)])
    func silence(command: String, mayHaveArrived: Bool) async throws {
        let peer = try await peer([command: nil])
        let start = ContinuousClock.now
        let timeout = Span.seconds(2)
        let fault = await #expect(throws: MailFault.self) { try await client.send(mail(peer.port, timeout: timeout)) }
        #expect(fault == MailFault(cause: .timeout(timeout), mayHaveArrived: mayHaveArrived))
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test(arguments: ["", "EHLO", "MAIL", "DATA", "."]) func cancelled(command: String) async throws {
        let peer = try await peer([command: nil])
        let mail = mail(peer.port)
        let task = Task { [client] in await #expect(throws: MailFault.self) { try await client.send(mail) } }
        while await peer.silences == 0 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        #expect(await task.value == MailFault(cause: .cancelled, mayHaveArrived: command == "."))
        // Taken away from curl, it would have been closed with a dot, whatever the server waits for (`smtp_done`).
        while await peer.closed == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await !peer.commands.contains { $0.hasPrefix(".") || $0.hasPrefix("\r\n.") })
    }

    /// What waits for the server's last word keeps the client's queue to itself, and is cut off all the same.
    @Test(arguments: ["", "EHLO", "MAIL", "DATA", "."]) func closing(command: String) async throws {
        let peer = try await peer([command: nil])
        let mail = mail(peer.port)
        let task = Task { [client] in await #expect(throws: MailFault.self) { try await client.send(mail) } }
        while await peer.silences == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let start = ContinuousClock.now
        await client.close()
        #expect(await task.value == MailFault(cause: .cancelled, mayHaveArrived: command == "."))
        #expect(ContinuousClock.now - start < .seconds(20))
        while await peer.closed == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await !peer.commands.contains { $0.hasPrefix(".") || $0.hasPrefix("\r\n.") })
    }

    /// curl would close half a mail with a dot, and have it delivered, if it were taken away from it (`smtp_done`).
    @Test func halfAMailIsNeverEnded() async throws {
        let peer = try await MailPeer(readsMails: false) { command in
            command == "" ? "220 mail" : command == "DATA" ? "354 go" : "250 ok"
        }
        // More than the kernel takes for somebody who does not read.
        let mail = mail(peer.port, text: String(repeating: "0123456789abcde\r\n", count: 2_000_000))
        let task = Task { [client] in await #expect(throws: MailFault.self) { try await client.send(mail) } }
        while await !peer.commands.contains("DATA") { try await Task.sleep(for: .milliseconds(2)) }
        task.cancel()
        #expect(await task.value == MailFault(cause: .cancelled, mayHaveArrived: false))
        await peer.goOn()
        while await peer.closed == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await peer.commands.last == "DATA")
        #expect(await !peer.unfinished.suffix(5).elementsEqual("\r\n.\r\n".utf8))
    }

    @Test func nobodyListens() async throws {
        let fault = await #expect(throws: MailFault.self) { try await client.send(mail(1)) }
        #expect(fault == MailFault(cause: .refused, mayHaveArrived: false))
    }

    @Test(arguments: ["a@example.com>\r\nRSET", "", "a b@example.com", "<a@example.com>", "é@example.com"])
    func addressesThatAreNone(address: String) async throws {
        var mail = mail(1)
        mail.recipients.append(address)
        let fault = await #expect(throws: MailFault.self) { try await client.send(mail) }
        guard case .invalidRequest = fault?.cause else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }
}
