import Testing

@testable import Ledger

@Suite struct RecentEventsTests {
    @Test("The newest events are remembered, and no more of them")
    func bounded() {
        var recent = RecentEvents()
        let count = RecentEvents.capacity + 100
        for index in 0..<count { recent.add("evt_\(index)", at: Int64(index)) }
        #expect((0..<100).allSatisfy { recent.row(of: "evt_\($0)") == nil })
        #expect((100..<count).allSatisfy { recent.row(of: "evt_\($0)") == Int64($0) })
        #expect(recent.row(of: "evt_other") == nil)
    }
}
