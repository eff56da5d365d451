/// What a mail server said to one command.
package struct SMTPReply: Sendable, Hashable {
    /// Three digits (RFC 5321 section 4.2).
    package let code: Int
    /// In one line.
    package let text: String

    package init(_ code: Int, _ text: String = "") {
        self.code = code
        self.text = text
    }

    /// Whether it says that the command was not obeyed.
    var isRefusal: Bool { code >= 400 }
}

/// How a mail server took a mail.
package struct MailReply: Sendable, Hashable {
    /// Where the conversation ended.
    package enum Stage: Sendable, Hashable {
        /// It took responsibility for the mail, at least for one recipient.
        case accepted
        /// It did not want to talk.
        case greeting
        /// STARTTLS is required and was not offered, or refused.
        case encryption
        case login
        /// The sender or all recipients.
        case envelope
        /// The mail itself, after it was sent.
        case content
    }

    package let stage: Stage
    /// The reply that decided; nil where none did.
    package let reply: SMTPReply?
    /// The recipients that were refused; the others get the mail when it was accepted.
    package let refused: [Refusal]

    /// A recipient that the server would not take.
    package struct Refusal: Sendable, Hashable {
        package let recipient: String
        package let reply: SMTPReply

        package init(recipient: String, reply: SMTPReply) {
            self.recipient = recipient
            self.reply = reply
        }
    }

    package init(stage: Stage, reply: SMTPReply?, refused: [Refusal] = []) {
        self.stage = stage
        self.reply = reply
        self.refused = refused
    }
}

/// Why a mail got no reply that counts.
package struct MailFault: Error, Sendable, Equatable, CustomStringConvertible {
    package let cause: TransportError
    /// Whether all of the mail may have been sent before the fault.
    package let mayHaveArrived: Bool

    package var description: String { cause.description }
}
