import Chrono
import FoundationEssentials
import Lines
import SQLite
import TestSupport
import Testing

@testable import Ledger

/// Lines move ahead of their rows, and nobody can tell but by looking at the rows.
@Suite(.timeLimit(.minutes(5))) struct LineBookTests {
    private let bench: Bench
    private let number: PhoneNumber

    init() throws {
        bench = try Bench()
        number = try line()
    }

    private func seconds(_ record: LineRecord?) -> Int64? {
        record?.state.status.map { ($0.changedAt - FakeClock.start).microseconds / 1_000_000 }
    }

    private func rowSeconds() throws -> [Int64] {
        try bench.rows("SELECT status_changed_at FROM line ORDER BY number") {
            (($0.integer(0) ?? 0) - FakeClock.start.microseconds) / 1_000_000
        }
    }

    private var settled: Int64? {
        get throws {
            try bench.rows("SELECT value FROM fact WHERE key = '\(LineTail.fact)'") { $0.text(0).flatMap { Int64($0) } }
                .first ?? nil
        }
    }

    @Test("What is only confirmed writes no row of its line, and is seen by readers all the same")
    func staysAhead() async throws {
        let ledger = try bench.open(settlingDelay: .days(1))
        for second in [0, 5, 9] {
            let receipt = await ledger.record(.status("e\(second)", number, status: "ACTIVE", at: second))
            #expect(receipt.recorded != nil)
        }
        #expect(try rowSeconds() == [0])
        let reader = try LedgerReader(path: bench.path)
        #expect(seconds(try await reader.line(number, .standard)) == 9)
        #expect(try await reader.lines(.standard, limit: 9).map(seconds) == [9])
        #expect(try await reader.evidence(number, limit: 9).map(\.eventID) == ["e9", "e5", "e0"])
    }

    @Test("What changes a line is in its row at once, with what was ahead of it")
    func changesAtOnce() async throws {
        let ledger = try bench.open(planner: plannerOfTwoHooks)
        for (second, status) in [(0, "ACTIVE"), (5, "ACTIVE"), (9, "FLAGGED")] {
            _ = await ledger.record(.status("e\(second)", number, status: status, reputation: "HEALTHY", at: second))
        }
        let rows = try bench.rows("SELECT decision, last_event FROM line") { ($0.text(0), $0.integer(1)) }
        #expect(rows.map(\.0) == ["paused"] && rows.map(\.1) == [3])
        #expect(try rowSeconds() == [9])
    }

    @Test("Rows follow in a quiet moment, and the tail is empty then")
    func settles() async throws {
        let ledger = try bench.open()
        for index in 0..<3 {
            for second in [0, 7] {
                _ = await ledger.record(.status("e\(index)-\(second)", try line(index), status: "ACTIVE", at: second))
            }
        }
        try await ledger.settleAllLines()
        #expect(try rowSeconds() == [7, 7, 7])
        #expect(try settled == 6)
        #expect(try LineTail.events(Connection(path: bench.path, mode: .readOnly)).isEmpty)
    }

    @Test("A ledger that was closed leaves nothing for the next start to look at, whatever its events did")
    func closes() async throws {
        let ledger = try bench.open(settlingDelay: .days(1), planner: plannerOfTwoHooks)
        for (index, status) in ["ACTIVE", "FLAGGED", "ACTIVE", "FLAGGED"].enumerated() {
            _ = await ledger.record(.status("e\(index)", number, status: status, at: index))
        }
        _ = await ledger.record(.quarantined("q"))
        await ledger.close()
        #expect(try settled == 5)
    }

    @Test("Under load rows follow too")
    func settlesUnderLoad() async throws {
        let ledger = try bench.open()
        let lines = try (0..<300).map { try line($0) }
        // A round begins after 8,192 events, and follows two of them with each that comes.
        for index in 0..<14_000 {
            ledger.record(.status("e\(index)", lines[index % lines.count], status: "ACTIVE", at: index)) { _ in }
        }
        await ledger.settleDown()
        #expect(try #require(try settled) >= 8_192)
        #expect(try rowSeconds().allSatisfy { $0 > 300 })
    }

    @Test("A killed daemon's successor knows what the rows did not", arguments: 1...10 as ClosedRange<UInt64>)
    func recalls(seed: UInt64) async throws {
        var random = SeededGenerator(state: seed)
        let ledger = try bench.open(policy: neverFlapping, planner: plannerOfTwoHooks)
        var expected: [PhoneNumber: LineState] = [:]
        for index in 0..<Int.random(in: 50...150, using: &random) {
            let event = VerifiedEvent.status(
                "e\(index)",
                try line(Int.random(in: 0..<5, using: &random)),
                status: Int.random(in: 0..<12, using: &random) == 0 ? "FLAGGED" : "ACTIVE",
                reputation: Bool.random(using: &random) ? "HEALTHY" : nil,
                at: Int.random(in: 0..<500, using: &random)
            )
            guard case .observation(let observation) = event.meaning else { continue }
            _ = expected[observation.line, default: LineState(observation.line)].merge(observation)
            #expect(await ledger.record(event).recorded != nil)
            if Int.random(in: 0..<40, using: &random) == 0 { try await ledger.settleAllLines() }
        }
        // What a kill leaves: the files as they are, and nobody who closed them.
        let other = try Bench()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: bench.path + suffix, toPath: other.path + suffix)
        }
        let successor = try other.open(policy: neverFlapping, planner: plannerOfTwoHooks)
        // Older than what is known: stale, if what is known was recalled.
        for line in expected.keys {
            let old = await successor.record(.status("old \(line)", line, status: "FLAGGED", at: -1)).recorded
            #expect(old?.state == .stale)
        }
        try await successor.settleAllLines()
        let records = try await LedgerReader(path: other.path).lines(neverFlapping, limit: .max)
        #expect(Dictionary(uniqueKeysWithValues: records.map { ($0.state.line, $0.state) }) == expected)
    }

    @Test("What a transaction that was undone did to lines is undone in memory")
    func undone() throws {
        let connection = try Connection.withSchema()
        let book = try LineBook(connection, LineStore(connection), EventIdentities(connection))
        let record = LineRecord.plain(number, at: 1, lastEvent: 1)
        try book.save(record, isNew: true)
        book.commit()
        book.advance(.plain(number, at: 2, lastEvent: 2))
        book.commit()
        book.advance(.plain(number, at: 3, lastEvent: 3))
        let rehearsed = try book.rehearse { () throws(SQLiteError) in
            book.advance(.plain(number, at: 4, lastEvent: 4))
            return try book.line(number, .standard)?.lastEvent
        }
        #expect(rehearsed == 4)
        #expect(try book.line(number, .standard)?.lastEvent == 3)
        book.rollBack()
        #expect(try book.line(number, .standard)?.lastEvent == 2)
    }

    @Test("However many lines there are, few are kept in memory, and none that is ahead is lost")
    func bounded() throws {
        var memory = LineMemory()
        let lines = try (0..<3 * LineMemory.capacity).map { try #require(PhoneNumber("+1\(2_000_000_000 + $0)")) }
        for (index, line) in lines.enumerated() {
            memory.put(.plain(line, at: 1, lastEvent: 1), isAhead: index % 10 == 0)
            if index % 100 == 99 { memory.commit() }
        }
        memory.commit()
        #expect(memory.linesAhead == lines.enumerated().filter { $0.offset % 10 == 0 }.map(\.element))
        #expect(lines.count { memory[$0] != nil } <= LineMemory.capacity + 2 * memory.aheadCount)
    }
}

extension LineRecord {
    fileprivate static func plain(_ line: PhoneNumber, at seconds: Int, lastEvent: Int64) -> LineRecord {
        let moment = FakeClock.start + .seconds(seconds)
        return LineRecord(
            state: LineState(line, status: Axis(.active, changedAt: moment, source: .webhook)),
            assessment: Assessment(causes: []),
            decisionSince: FakeClock.start,
            incident: nil,
            lastEvent: lastEvent,
            decision: .allowed
        )
    }
}
