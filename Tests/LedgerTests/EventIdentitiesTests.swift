import Chrono
import FoundationEssentials
import Lines
import SQLite
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct EventIdentitiesTests {
    private let bench: Bench
    private let number: PhoneNumber

    init() throws {
        bench = try Bench()
        number = try line()
    }

    private func identities(_ bench: Bench? = nil) throws -> [String] {
        try (bench ?? self.bench).rows("SELECT id FROM identity ORDER BY event") { $0.text(0) ?? "" }
    }

    @Test("A retry is known by its id alone, whatever else it says, also by the next run")
    func known() async throws {
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

    @Test("The table follows what webhooks brought, and nothing else")
    func follows() async throws {
        let ledger = try bench.open(settlingDelay: .days(1))
        for index in 0..<3 { _ = await ledger.record(.status("e\(index)", number, status: "ACTIVE", at: index)) }
        _ = await ledger.record(.quarantined("q"))
        let order = OperatorOrder(.pause(until: nil), number, Signature(author: "a", reason: "r"))
        _ = try await ledger.operate(order)
        #expect(try identities().isEmpty)
        try await ledger.settleAllLines()
        #expect(try identities() == ["e0", "e1", "e2", "q"])
        _ = await ledger.record(.status("e3", number, status: "ACTIVE", at: 3))
        try await ledger.settleAllLines()
        #expect(try identities() == ["e0", "e1", "e2", "q", "e3"])
    }

    @Test("A killed daemon's successor knows every event, followed or not", arguments: [0, 300, 700])
    func afterKill(settled: Int) async throws {
        let ledger = try bench.open(settlingDelay: .days(1))
        for index in 0..<700 {
            if index == settled { try await ledger.settleAllLines() }
            _ = await ledger.record(.status("e\(index)", number, status: "ACTIVE", at: index))
        }
        // A round that was begun and not ended.
        if settled == 300 { try await ledger.settlePart() }
        let other = try Bench()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: bench.path + suffix, toPath: other.path + suffix)
        }
        let successor = try other.open(settlingDelay: .days(1))
        for index in 0..<700 {
            let isDuplicate = await successor.record(.status("e\(index)", number, status: "ACTIVE", at: index))
                .isDuplicate
            #expect(isDuplicate)
        }
        try await successor.settleAllLines()
        #expect(try identities(other).count == 700)
    }

    @Test("An event whose row was undone can come again")
    func undone() async throws {
        let ledger = try bench.open()
        let event = VerifiedEvent.status("e", number, status: "ACTIVE")
        #expect(try await ledger.rehearse(event) != nil)
        #expect(await ledger.record(event).recorded?.state == .applied)
        #expect(try await ledger.rehearse(event) == nil)
    }

    @Test("An event that was kept aside and is replayed is known as before, and so is what follows in its place")
    func replayed() async throws {
        let ledger = try bench.open(settlingDelay: .days(1))
        _ = await ledger.record(.status("e0", number, status: "ACTIVE", at: 0))
        _ = await ledger.record(.quarantined("q"))
        try await ledger.settleAllLines()
        let understood = VerifiedEvent.status("q", number, status: "ACTIVE", at: 5)
        #expect(try await ledger.replay(understood, Signature(author: "a", reason: "r"))?.state == .applied)
        #expect(await ledger.record(.quarantined("q")).isDuplicate)
        #expect(await ledger.record(understood).isDuplicate)
        // Its row took the place of the one that was settled, and tells what the line's row does not yet.
        let reader = try LedgerReader(path: bench.path)
        #expect(try await reader.line(number, .standard)?.state.status?.changedAt == FakeClock.start + .seconds(5))
        try await ledger.settleAllLines()
        #expect(try identities() == ["e0", "q"])
    }

    @Test("What is pruned is not known any more, but the newest event stays")
    func pruned() async throws {
        let ledger = try bench.open()
        for index in 0..<3 { _ = await ledger.record(.quarantined("q\(index)")) }
        bench.clock.advance(.days(100))
        var round = PruningRound(cutoff: FakeClock.start + .days(10))
        while !round.isOver { round = try await ledger.prune(round) }
        #expect(try bench.rows("SELECT id FROM event") { $0.text(0) } == ["q2"])
        #expect(try identities() == ["q2"])
        #expect(await ledger.record(.quarantined("q0")).recorded != nil)
        #expect(await ledger.record(.quarantined("q2")).isDuplicate)
    }
}

extension Ledger {
    fileprivate func settlePart() throws { try settleLines() }
}
