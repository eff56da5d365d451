import Testing

@testable import HTTPClient

@Suite struct MailReplyCollectorTests {
    private func collected(_ lines: [String]) -> MailReplyCollector {
        var collector = MailReplyCollector()
        for line in lines { _ = Array("\(line)\r\n".utf8).withUnsafeBytes { collector.takeLine($0) } }
        return collector
    }

    private static let hello = ["220 mail ESMTP", "250-mail", "250-8BITMIME", "250 HELP", "235 ok", "250 sender ok"]

    @Test func accepted() {
        let collector = collected(Self.hello + ["250 ok", "550 no", "354 go", "250-queued", "250 as 42", "221 bye"])
        #expect(collector.isAskedFor && collector.verdict == SMTPReply(250, "queued as 42"))
        #expect(collector.refused(["a", "b"]) == [MailReply.Refusal(recipient: "b", reply: SMTPReply(550, "no"))])
    }

    /// What comes after the verdict, such as the answer to QUIT, changes nothing.
    @Test func refusedAtTheEnd() {
        let collector = collected(Self.hello + ["250 ok", "354 go", "554 spam", "250 ok"])
        #expect(collector.verdict == SMTPReply(554, "spam"))
    }

    @Test(
        arguments: [
            (["250 ok", "550 no"], SMTPReply(550, "no")), (["450 later", "550 no"], SMTPReply(450, "later")),
            (["550 no", "450 later"], SMTPReply(450, "later")), (["550 no", "221 bye"], SMTPReply(550, "no")),
            (["550 no", "250 ok"], nil), ([], nil),
        ] as [([String], SMTPReply?)]
    )
    func refusals(lines: [String], refusal: SMTPReply?) {
        let collector = collected(Self.hello + lines)
        #expect(collector.refusal == refusal && collector.verdict == nil && !collector.isAskedFor)
    }

    @Test func textsAreOneCleanLine() {
        let collector = collected(["554-a\tb\u{1B}[31m\u{0}", "554-", "554 c", "garbage", ""])
        #expect(collector.replies == [SMTPReply(554, "a b [31m c")])
        let long = collected(Array(repeating: "554-" + String(repeating: "x", count: 900), count: 200) + ["554 end"])
        #expect((long.replies.first?.text.utf8.count ?? 0) < 1_100)
    }

    @Test func aServerThatNeverStopsTalkingIsCutOff() {
        var collector = MailReplyCollector()
        let line = Array("250-\(String(repeating: "x", count: 996))\r\n".utf8)
        var taken = 0
        while taken < 1_000, line.withUnsafeBytes({ collector.takeLine($0) }) { taken += 1 }
        #expect(taken == MailReplyCollector.limit / line.count)
    }
}
