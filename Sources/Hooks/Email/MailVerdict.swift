import HTTPClient

/// What a mail server's reply means for a delivery.
enum MailVerdict {
    /// RFC 5321 section 4.2.1: 4yz will pass, 5yz will not.
    ///
    /// Before the mail is offered a 5yz is about us, not about the mail; so are 530, 534, 535 and 538 (RFC 4954 section
    /// 6) and 521 (RFC 7504) at any time.
    static func judge(_ reply: MailReply) -> Outcome {
        if reply.stage == .accepted { return .delivered(answer(reply)) }
        guard let said = reply.reply else {
            return reply.stage == .encryption
                // Perhaps somebody on the way has removed it: that must not end a page.
                ? .retry(after: nil, Failure("no_starttls", "the server does not offer STARTTLS: nothing was sent"))
                : .retry(after: nil, Failure("smtp", "the server refused \(words(reply.stage))"))
        }
        let description = "SMTP \(text(said)) (refused \(words(reply.stage)))"
        let failure = Failure("smtp_\(said.code)", description)
        if said.code < 500 { return .retry(after: nil, failure) }
        switch reply.stage {
        case .encryption: return .retry(after: nil, Failure("no_starttls", description))
        case .greeting, .login: return .broken(failure)
        case .accepted, .envelope, .content:
            return [521, 530, 534, 535, 538].contains(said.code) ? .broken(failure) : .failed(failure)
        }
    }

    private static func answer(_ reply: MailReply) -> Answer {
        let said = reply.reply.map { "SMTP \(text($0))" } ?? "SMTP"
        guard !reply.refused.isEmpty else { return Answer(said) }
        let refused = reply.refused.map { "\($0.recipient): \(text($0.reply))" }
        let count = refused.count == 1 ? "one recipient" : "\(refused.count) recipients"
        return Answer("\(said) (refused for \(count))", detail: refused.joined(separator: "\n"))
    }

    private static func text(_ reply: SMTPReply) -> String {
        reply.text.isEmpty ? "\(reply.code)" : "\(reply.code) \(reply.text.clipped(to: 200))"
    }

    private static func words(_ stage: MailReply.Stage) -> String {
        switch stage {
        case .accepted: "nothing"
        case .greeting: "the connection"
        case .encryption: "STARTTLS"
        case .login: "the username or password"
        case .envelope: "the sender or all recipients"
        case .content: "the mail"
        }
    }
}
