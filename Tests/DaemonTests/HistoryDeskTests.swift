import Ledger
import Lines
import Testing

@testable import Daemon

@Suite struct HistoryDeskTests {
    @Test func everyFilterIsRead() throws {
        let items = [("line", "+12025551234"), ("state", "dead"), ("hook", "ops"), ("before", "7"), ("limit", "3")]
        let query = try HistoryDesk.query(.deliveries, items).get()
        #expect(query.line == PhoneNumber("+12025551234"))
        #expect(query.state == "dead")
        #expect(query.hook == "ops")
        #expect(query.before == 7)
        #expect(query.limit == 3)
    }

    @Test func nothingAskedMeansTheNewestHundred() throws {
        let query = try HistoryDesk.query(.events, []).get()
        #expect(query.limit == 100)
        #expect(query.line == nil && query.state == nil && query.hook == nil && query.before == nil)
    }

    @Test(arguments: [
        (HistoryDesk.Subject.events, "hook", "ops", "there are line, state, before, limit to ask with"),
        (.events, "state", "dead", "state is one of applied, stale, quarantined"),
        (.incidents, "state", "dead", "state is one of open, closed"),
        (.deliveries, "state", "open", "state is one of pending, delivered, dead, superseded"),
        (.deliveries, "line", "12", "line is an E.164 number"),
        (.deliveries, "before", "yesterday", "before is next_before of another page"),
        (.deliveries, "limit", "0", "limit is a number from 1 to 1000"),
        (.deliveries, "limit", "1001", "limit is a number from 1 to 1000"),
    ])
    func aWrongFilterIsExplained(subject: HistoryDesk.Subject, name: String, value: String, sentence: String) {
        guard case .failure(let problem) = HistoryDesk.query(subject, [(name, value)]) else {
            Issue.record("\(name)=\(value) was accepted")
            return
        }
        #expect(problem.sentence == sentence)
    }
}
