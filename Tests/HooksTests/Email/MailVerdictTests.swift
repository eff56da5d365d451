import HTTPClient
import Testing

@testable import Hooks

@Suite struct MailVerdictTests {
    /// Every code at every stage: 4yz passes, and 5yz does not (RFC 5321 section 4.2.1).
    @Test(
        arguments: [MailReply.Stage.greeting, .encryption, .login, .envelope, .content],
        [
            400, 421, 450, 451, 452, 454, 455, 471, 500, 501, 502, 503, 521, 530, 534, 535, 538, 550, 551, 552, 553,
            554, 556,
        ]
    )
    func everyCode(stage: MailReply.Stage, code: Int) {
        let outcome = MailVerdict.judge(MailReply(stage: stage, reply: SMTPReply(code, "no")))
        let aboutUs = [521, 530, 534, 535, 538].contains(code) || stage == .greeting || stage == .login
        switch outcome {
        case .delivered: Issue.record("\(outcome)")
        case .retry(let after, let failure):
            #expect(after == nil && (code < 500 || stage == .encryption) && !failure.mayHaveArrived)
        case .failed: #expect(code >= 500 && !aboutUs)
        case .broken: #expect(code >= 500 && aboutUs)
        }
        #expect(outcome.failure?.description.hasPrefix("SMTP \(code) no") == true)
    }

    @Test func accepted() {
        let ok = SMTPReply(250, "queued as 42")
        #expect(
            MailVerdict.judge(MailReply(stage: .accepted, reply: ok)) == .delivered(Answer("SMTP 250 queued as 42"))
        )
        let refused = [MailReply.Refusal(recipient: "a@example.com", reply: SMTPReply(550, "no such user"))]
        #expect(
            MailVerdict.judge(MailReply(stage: .accepted, reply: ok, refused: refused))
                == .delivered(
                    Answer(
                        "SMTP 250 queued as 42 (refused for one recipient)",
                        detail: "a@example.com: 550 no such user"
                    )
                )
        )
    }

    @Test func withoutAReply() {
        let outcome = MailVerdict.judge(MailReply(stage: .encryption, reply: nil))
        #expect(
            outcome
                == .retry(after: nil, Failure("no_starttls", "the server does not offer STARTTLS: nothing was sent"))
        )
    }
}
