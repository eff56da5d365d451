import Chrono
import Lines
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct RecentEventsTests {
    @Test("The newest events are remembered, and no more of them")
    func bounded() {
        var recent = RecentEvents()
        let count = RecentEvents.capacity + 100
        for index in 0..<count { recent.add("evt_\(index)", at: Int64(index)) }
        #expect((0..<100).allSatisfy { recent.row(of: "evt_\($0)") == nil })
        #expect((100..<count).allSatisfy { recent.row(of: "evt_\($0)") == Int64($0) })
        #expect(recent.row(of: "evt_other") == nil)
    }

    @Test("A retry is known by its id alone, whatever else it says, also by the next run")
    func known() async throws {
        let bench = try Bench()
        let number = try line()
        do {
            let first = try bench.open()
            for index in 0..<20 {
                #expect(await first.record(.status("e\(index)", number, status: "ACTIVE", at: index)).recorded != nil)
            }
            #expect(await first.record(.status("e7", number, status: "FLAGGED", at: 1_000)).isDuplicate)
            await first.close()
        }
        let second = try await bench.reopen()
        for index in 0..<20 {
            let retry = VerifiedEvent.status("e\(index)", number, status: "FLAGGED", at: 1_000 + index)
            #expect(await second.record(retry).isDuplicate)
        }
        #expect(try bench.count("event") == 20)
    }

    @Test("What is older than those in memory is known by its id and its own time")
    func old() async throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let lines = try (0..<50).map { try line($0) }
        func event(_ index: Int) -> VerifiedEvent {
            .status("e\(index)", lines[index % 50], status: "ACTIVE", at: index)
        }
        for index in 0..<RecentEvents.capacity + 10 {
            ledger.record(event(index)) { _ in }
            if index % 4_000 == 0 { await ledger.settleDown() }
        }
        for index in 0..<10 { #expect(await ledger.record(event(index)).isDuplicate) }
    }

    @Test("An event whose row was undone can come again")
    func undone() async throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let event = VerifiedEvent.status("e", try line(), status: "ACTIVE")
        #expect(try await ledger.rehearse(event) != nil)
        #expect(await ledger.record(event).recorded?.state == .applied)
        #expect(try await ledger.rehearse(event) == nil)
    }
}
