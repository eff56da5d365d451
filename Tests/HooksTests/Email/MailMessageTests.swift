import Chrono
import Lines
import Testing

@testable import Hooks

@Suite struct MailMessageTests {
    private func mail(_ message: Message, to recipients: [String] = ["ops@example.com"]) throws -> String {
        let from = try #require(MailAddress("linewarden@example.org"))
        return String(
            decoding: MailMessage(message, from: from, to: recipients.compactMap { MailAddress($0) }).bytes,
            as: UTF8.self
        )
    }

    /// Header lines, and the two parts without soft line breaks.
    private func read(_ mail: String) throws -> (headers: [String], text: String, html: String) {
        let pieces = mail.split(separator: "--=_linewarden_alternative", omittingEmptySubsequences: false)
        #expect(pieces.count == 4 && pieces.last == "--\r\n")
        let bodies = pieces.dropFirst().prefix(2).map { piece in
            let body = piece.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
            return body.split(separator: "=\r\n").joined()
        }
        let headers = try #require(pieces.first?.split(separator: "\r\n\r\n").first)
        return (headers.split(separator: "\r\n").map(String.init), bodies[0], bodies[1])
    }

    private func header(_ name: String, of message: Message) throws -> String? {
        try read(mail(message)).headers.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    }

    @Test func opened() throws {
        let (headers, text, html) = try read(mail(Story().message("incident.opened")))
        #expect(
            headers == [
                "Date: Wed, 18 Feb 2026 18:35:05 +0000",
                "From: linewarden <linewarden@example.org>",
                "To: ops@example.com",
                "Subject: +12025551234 is paused: status is FLAGGED, reputation is CRITICAL",
                "Message-ID: <incident.opened.1771439705120000.\(Self.digest)@example.org>",
                "In-Reply-To: <incident.inc_1@example.org>",
                "References: <incident.inc_1@example.org>",
                "Auto-Submitted: auto-generated",
                "X-Linewarden-Type: incident.opened",
                "X-Linewarden-Line: +12025551234",
                "MIME-Version: 1.0",
                "Content-Type: multipart/alternative; boundary=\"=_linewarden_alternative\"",
            ]
        )
        let expected = """
            +12025551234 is paused: status is FLAGGED, reputation is CRITICAL

            Line: +12025551234
            Status: ACTIVE =E2=86=92 FLAGGED
            Reputation: AT_RISK =E2=86=92 CRITICAL
            Changed at: 2026-02-18T18:35:00.000Z
            Severity: critical
            Incident open since: 2026-02-18T18:35:05.000Z

            What linewarden did:
            Paused outbound sends on this line until evidence says that it has recovered.

            What to do:
            Contact your Linq representative with the trace id below: a flag is lifted with their help, and takes a day \
            or more. Move urgent conversations to another line; calls still work.

            incident inc_1
            event evt_1
            trace trace-1

            """
        #expect(
            text.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast().joined(separator: "\n")
                == expected
        )
        #expect(html.contains("<td>ACTIVE =E2=86=92 FLAGGED</td>") && html.contains("trace trace-1"))
    }

    /// The first bytes of SHA-256 of `inc_1`.
    private static let digest = "d5701cf0f4243502"

    /// A retry is the same mail; another step of the incident is another mail in the same thread.
    @Test func identity() throws {
        let opened = try Story().message("incident.opened")
        #expect(try mail(opened) == mail(opened))
        let resolved = try Story(before: ("FLAGGED", nil), after: ("ACTIVE", "HEALTHY"), step: .resolved)
            .message("incident.resolved")
        #expect(try header("Message-ID", of: opened) != header("Message-ID", of: resolved))
        #expect(try header("References", of: opened) == header("References", of: resolved))
        #expect(try header("References", of: alert()) == nil)
    }

    @Test func recipients() throws {
        let names = (1...9).map { "recipient-\($0)@example.com" }
        let mail = try mail(alert(), to: names)
        let list = try #require(mail.split(separator: "To: ").dropFirst().first?.split(separator: "\r\nSubject").first)
        #expect(list.split { ", \r\n".contains($0) }.map(String.init) == names)
    }

    /// What comes from outside cannot write headers, parts, commands or HTML, however long it is.
    @Test(arguments: [
        "<script>&\"é\r\nBcc: all@example.com\r\n\r\n.\r\nQUIT\r\n--=_linewarden_alternative--\r\n",
        String(repeating: "x", count: 20_000), String(repeating: "→ ", count: 9_000),
        String(repeating: ".\n", count: 9_000),
    ])
    func valuesFromOutside(value: String) throws {
        for message in [
            try Story(after: (value, "CRITICAL"), eventID: value, traceID: value).message("incident.opened"),
            alert(summary: value, remedy: value),
        ] {
            let mail = try mail(message)
            let lines = mail.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.allSatisfy { $0.utf8.count <= 76 && !$0.hasPrefix(".") })
            #expect(mail.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0D || $0 == 0x0A })
            #expect(!mail.split(separator: "\r\n").joined().utf8.contains { $0 == 0x0D || $0 == 0x0A })
            let (headers, _, html) = try read(mail)
            #expect(headers.count { $0.hasPrefix("Subject: ") } == 1 && !headers.contains { $0.hasPrefix("Bcc") })
            #expect(!html.contains("<script"))
            #expect(mail.utf8.count < 100_000)
        }
    }

    @Test func group() throws {
        let first = try Story().message("incident.opened")
        let second = try Story(number: "+12025559876", after: (nil, "AT_RISK")).message("incident.opened")
        let group = Message(group: [second, first], at: moment)
        let (headers, text, html) = try read(mail(group))
        #expect(headers.contains("Subject: 2 lines: 1 paused, 1 slowed"))
        #expect(headers.contains("X-Linewarden-Line: +12025551234 +12025559876"))
        #expect(
            headers.contains { $0.hasPrefix("References: ") } && !headers.contains { $0.hasPrefix("In-Reply-To: ") }
        )
        for part in [text, html] {
            for expected in ["+12025551234 is paused", "+12025559876 is slowed", "trace-1"] {
                #expect(part.contains(expected), "\(expected)")
            }
        }
    }

    @Test(arguments: [
        ("incident.updated", "+12025551234 is now paused: status is FLAGGED, reputation is\r\n CRITICAL"),
        ("incident.reminder", "Reminder: +12025551234 is still paused: status is FLAGGED,\r\n reputation is CRITICAL"),
    ])
    func subjects(type: String, subject: String) throws {
        #expect(try mail(Story().message(type)).contains("\r\nSubject: \(subject)\r\n"))
    }

    @Test func aboutTheDaemon() throws {
        let (headers, text, _) = try read(mail(alert()))
        #expect(headers.contains("Subject: linewarden: deliveries fail"))
        #expect(text.hasPrefix("linewarden: deliveries fail\r\n\r\nWhat to do:\r\nRepair the hook.\r\n"))
        let test = Message(type: "test", timestamp: moment)
        #expect(try header("Subject", of: test) == "Test: linewarden reaches this hook")
    }
}
