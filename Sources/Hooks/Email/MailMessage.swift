import Chrono
import Crypto
import Lines

/// A message as a mail: headers, then the same words as plain text and as HTML (RFC 5322, RFC 2046).
///
/// Nothing in it depends on when or how often it is sent: a retry after a lost answer is the same mail with the same
/// `Message-ID`, by which mailboxes tell a repetition.
struct MailMessage {
    /// Cannot occur in quoted-printable, where `=` is followed by two digits (RFC 2045 section 6.7).
    private static let boundary = "=_linewarden_alternative"
    /// A thread has many mails, a group many threads; a mail that names all of them helps nobody.
    private static let referencesLimit = 20
    /// UTF-16 code units of a value from outside that are shown.
    static let valueLimit = 1_000
    static let headlineLimit = 200

    private let message: Message
    private let sender: MailAddress
    private let recipients: [MailAddress]

    init(_ message: Message, from sender: MailAddress, to recipients: [MailAddress]) {
        self.message = message
        self.sender = sender
        self.recipients = recipients
    }

    /// The whole mail, with CRLF and in lines of 76 bytes (998 are allowed).
    var bytes: [UInt8] {
        let kind = ["MIME-Version: 1.0", "Content-Type: multipart/alternative; boundary=\"\(Self.boundary)\"", ""]
        let parts = part("plain", text) + part("html", html) + ["--\(Self.boundary)--", ""]
        return Array((headers + kind + parts).joined(separator: "\r\n").utf8)
    }

    private func part(_ subtype: String, _ text: String) -> [String] {
        [
            "--\(Self.boundary)", "Content-Type: text/\(subtype); charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable", "", MailText.quotedPrintable(text),
        ]
    }

    private var headers: [String] {
        let addresses = recipients.enumerated().map { index, address in
            index == recipients.count - 1 ? address.text : "\(address.text),"
        }
        let subject = Wording(message).headline.clipped(to: Self.headlineLimit)
        var headers = [
            "Date: \(date)",
            "From: linewarden <\(sender.text)>",
            "To: \(MailText.folded(addresses, column: 4))",
            "Subject: \(MailText.headerValue(subject, column: 9))",
            "Message-ID: \(identifier)",
        ]
        let roots = roots
        // One mail answers one; a group belongs to the threads of all its incidents.
        if roots.count == 1 { headers.append("In-Reply-To: \(roots[0])") }
        if !roots.isEmpty { headers.append("References: \(MailText.folded(roots, column: 12))") }
        headers.append("Auto-Submitted: auto-generated")
        headers.append("X-Linewarden-Type: \(Self.word(message.type))")
        let lines = ([message] + message.group).compactMap(\.line?.phoneNumber.description)
        if !lines.isEmpty { headers.append("X-Linewarden-Line: \(MailText.folded(lines, column: 19))") }
        return headers
    }

    /// RFC 5322 section 3.3: as in HTTP, but for the zone.
    private var date: String { String(message.timestamp.httpDate.dropLast(3)) + "+0000" }

    private var identifier: String {
        let subjects = ([message] + message.group).compactMap { $0.incident?.id ?? $0.alert?.kind }
        // Whatever it is about, in a length that fits in a line: a group is about many.
        let digest = Hex.encode(Array(Digest.sha256(Array(subjects.joined(separator: " ").utf8)).prefix(8)))
        return "<\(Self.word(message.type)).\(message.timestamp.microseconds).\(digest)@\(sender.domain)>"
    }

    /// The mails that began the incidents' threads; none was ever sent, but mail programs make a thread of it.
    private var roots: [String] {
        let incidents = ([message] + message.group).compactMap(\.incident?.id)
        return incidents.prefix(Self.referencesLimit).map { "<incident.\(Self.word($0))@\(sender.domain)>" }
    }

    /// Only what may stand in an identifier (RFC 5322 section 3.2.3).
    private static func word(_ text: String) -> String {
        String(
            decoding: text.utf8.prefix(64).map { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: byte
                default: "-_.".utf8.contains(byte) ? byte : UInt8(ascii: "-")
                }
            },
            as: UTF8.self
        )
    }

    private var text: String {
        var blocks = [Wording(message).headline.clipped(to: Self.headlineLimit)]
        for message in message.group.isEmpty ? [message] : message.group {
            let wording = Wording(message)
            if !self.message.group.isEmpty { blocks.append("* \(wording.headline.clipped(to: Self.headlineLimit))") }
            let fields = wording.facts.map { "\($0.name): \($0.value.clipped(to: Self.valueLimit))" }
            if !fields.isEmpty { blocks.append(fields.joined(separator: "\n")) }
            blocks += wording.paragraphs.map { "\($0.name):\n\($0.text.clipped(to: Self.valueLimit))" }
            let footer = wording.references.map { $0.clipped(to: Self.valueLimit) }
            if !footer.isEmpty { blocks.append(footer.joined(separator: "\n")) }
        }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private var html: String {
        let html = MailHTML()
        let messages = message.group.isEmpty ? [message] : message.group
        var blocks = messages.map { html.section(Wording($0)) }
        let title = Wording(message).headline.clipped(to: Self.headlineLimit)
        if !message.group.isEmpty { blocks.insert(html.title(title), at: 0) }
        return html.page(title: title, blocks)
    }
}
