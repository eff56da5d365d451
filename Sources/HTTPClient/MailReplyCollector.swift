/// Puts the replies of a mail server together from the lines that curl hands over.
///
/// Pure: no curl, no I/O.
struct MailReplyCollector {
    /// Bytes of replies that are taken; no honest server comes near.
    static let limit = 262_144
    /// Bytes of one reply that are kept.
    private static let textLimit = 500

    private var bytes = 0
    private var text = ""
    /// Every reply before the mail itself was asked for.
    private(set) var replies: [SMTPReply] = []
    /// Whether the server has asked for the mail, with 354.
    private(set) var isAskedFor = false
    /// What it said to the mail; nothing after that counts.
    private(set) var verdict: SMTPReply?

    /// Takes one line, of a reply of one or several (`250-` and `250 `); false when it is too much.
    mutating func takeLine(_ line: UnsafeRawBufferPointer) -> Bool {
        bytes += line.count
        guard bytes <= Self.limit else { return false }
        let line = line.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        guard line.count >= 3, line.prefix(3).allSatisfy({ (0x30...0x39).contains($0) }) else { return true }
        let code = line.prefix(3).reduce(0) { $0 * 10 + Int($1) - 0x30 }
        // Whatever a server says is shown to people: in one line, and without control characters.
        let words = String(decoding: line.dropFirst(4).prefix(Self.textLimit), as: UTF8.self)
            .split { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }
            .joined(separator: " ")
        if text.utf8.count < Self.textLimit { text += text.isEmpty || words.isEmpty ? words : " \(words)" }
        if line.dropFirst(3).first == UInt8(ascii: "-") { return true }
        end(SMTPReply(code, text))
        text = ""
        return true
    }

    /// The reply that refused what was asked last: of several recipients' the one that gives hope, if any.
    var refusal: SMTPReply? {
        guard let last = replies.last, last.isRefusal else { return nil }
        let refusals = replies.suffix(while: \.isRefusal)
        return refusals.first { $0.code < 500 } ?? last
    }

    /// The replies to the last commands before the mail was asked for, one for each recipient.
    func refused(_ recipients: [String]) -> [MailReply.Refusal] {
        guard replies.count > recipients.count else { return [] }
        return zip(recipients, replies.suffix(recipients.count)).filter(\.1.isRefusal).map {
            MailReply.Refusal(recipient: $0.0, reply: $0.1)
        }
    }

    private mutating func end(_ reply: SMTPReply) {
        if isAskedFor {
            if verdict == nil { verdict = reply }
        } else if reply.code == 354 {
            isAskedFor = true
        } else if reply.code != 221 {
            // 221 answers the QUIT that follows a refusal (RFC 5321 section 4.3.2).
            replies.append(reply)
        }
    }
}

extension Array {
    /// The longest end of it whose elements are all like this.
    fileprivate func suffix(while isLike: (Element) -> Bool) -> ArraySlice<Element> {
        self[(lastIndex { !isLike($0) }.map { $0 + 1 } ?? startIndex)...]
    }
}
