import Chrono
import Lines
import Posix
import SQLite
import TestSupport
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct LedgerReaderTests {
    private let bench: Bench
    private let ledger: Ledger
    private let reader: LedgerReader

    init() throws {
        bench = try Bench()
        ledger = try bench.open(planner: plannerOfTwoHooks)
        reader = try LedgerReader(path: ledger.path)
    }

    @Test("Where there is no ledger there is none to read")
    func missing() {
        #expect(throws: LedgerError.self) { _ = try LedgerReader(path: bench.directory("missing.db")) }
    }

    @Test("One that nobody has open is read without a trace, whatever its path is")
    func idle() async throws {
        _ = await ledger.record(.status("e1", try line(), status: "FLAGGED"))
        await ledger.close()
        let directory = bench.directory("100% #1?")
        try File.makeDirectory(directory)
        try File.replace("\(directory)/linewarden.db", with: File.read(ledger.path))
        let copy = try LedgerReader(path: "\(directory)/linewarden.db", isIdle: true)
        #expect(try await copy.line(try line(), .standard)?.decision == .paused)
        #expect(try await copy.damage() == nil)
        #expect(try File.names(in: directory) == ["linewarden.db"])
    }

    @Test("The version of the schema is told, and a newer one refused")
    func schemaVersion() async throws {
        let (version, known) = try await reader.schemaVersion(path: ledger.path)
        #expect(version == known && known == Schema.migrations.count)
        try Connection(path: ledger.path, mode: .readWrite).execute("PRAGMA user_version = \(known + 1)")
        await #expect {
            try await reader.schemaVersion(path: ledger.path)
        } throws: { error in
            guard case LedgerError.newer(_, known + 1, known) = error else { return false }
            return true
        }
    }

    @Test("An empty ledger has nothing to tell")
    func empty() async throws {
        #expect(try await reader.lines(.standard, limit: 10).isEmpty)
        #expect(try await reader.line(try line(), .standard) == nil)
        #expect(try await reader.incident("inc_1") == nil)
        #expect(try await reader.backlog().isEmpty)
        #expect(try await reader.lastEvent() == nil)
        #expect(try await reader.damage() == nil)
    }

    @Test("Lines come in the order of their numbers, by decision, page by page")
    func lines() async throws {
        for index in [3, 1, 4, 0, 2] {
            let status = index.isMultiple(of: 2) ? "FLAGGED" : "ACTIVE"
            _ = await ledger.record(.status("e\(index)", try line(index), status: status))
        }
        func numbers(_ decisions: Set<Decision>, after: String = "", limit: Int = 10) async throws -> [String] {
            try await reader.lines(.standard, decisions: decisions, after: after, limit: limit).map(
                \.state.line.description
            )
        }
        let all = try (0...4).map { try line($0).description }
        #expect(try await numbers(Set(Decision.allCases)) == all)
        #expect(try await numbers([.paused]) == [all[0], all[2], all[4]])
        #expect(try await numbers([.slowed]) == [])
        #expect(try await numbers([]) == [])
        #expect(try await numbers(Set(Decision.allCases), limit: 2) == [all[0], all[1]])
        #expect(try await numbers(Set(Decision.allCases), after: all[1], limit: 2) == [all[2], all[3]])
        #expect(try await numbers(Set(Decision.allCases), after: all[4]) == [])
    }

    @Test(
        "What is rare among what is kept is found by an index",
        arguments: [
            ("delivery", IndexedStates.deliveries["dead"], "delivery_dead"),
            ("event", IndexedStates.events["quarantined"], "event_quarantined"),
        ]
    )
    func rare(_ table: String, _ condition: String?, _ index: String) async throws {
        let condition = try #require(condition)
        let connection = try Connection(path: ledger.path, mode: .readOnly)
        let query = "SELECT * FROM \(table) WHERE \(condition) AND seq < 9 ORDER BY seq DESC LIMIT 5"
        let plan = try connection.rows("EXPLAIN QUERY PLAN \(query)") { $0.text(3) ?? "" }
        #expect(plan.count == 1 && plan[0].contains(index), "\(plan)")
    }

    @Test("Evidence and deliveries come newest first")
    func history() async throws {
        let number = try line()
        for (index, status) in ["FLAGGED", "ACTIVE", "FLAGGED"].enumerated() {
            _ = await ledger.record(.status("e\(index)", number, status: status, at: index))
        }
        _ = await ledger.record(.status("other", try line(1), status: "FLAGGED"))
        #expect(try await reader.evidence(number, limit: 10).map(\.eventID) == ["e2", "e1", "e0"])
        #expect(try await reader.evidence(number, limit: 1).map(\.eventID) == ["e2"])
        let deliveries = try await reader.deliveries(number, limit: 10)
        #expect(deliveries.map(\.type) == ["line.pause", "line.resume", "line.pause"])
        #expect(deliveries.map(\.state) == ["pending", "superseded", "superseded"])
        #expect(deliveries.map { $0.settledAt == nil } == [true, false, false])
        #expect(try await reader.lastEvent() == FakeClock.start)
    }

    @Test("The backlog counts what waits, by hook")
    func backlog() async throws {
        ledger.enqueue([.page("b", nil, "x")])
        await ledger.settleDown()
        bench.clock.advance(.seconds(5))
        ledger.enqueue([.page("b", nil, "x"), .page("a", nil, "x")])
        await ledger.settleDown()
        let backlog = try await reader.backlog()
        #expect(backlog.map(\.hook) == ["a", "b"])
        #expect(backlog.map(\.pending) == [1, 2])
        #expect(backlog.map(\.oldest) == [FakeClock.start + .seconds(5), FakeClock.start])
    }

    @Test("A damaged file is found out")
    func damage() async throws {
        for index in 0..<200 { _ = await ledger.record(.status("e\(index)", try line(index), status: "FLAGGED")) }
        let copy = bench.directory("copy.db")
        // Whole, whatever part of it is still in the write-ahead log.
        try Connection(path: bench.path, mode: .readOnly).execute("VACUUM INTO '\(copy)'")
        var contents = try File.read(copy)
        for index in (8 * 4_096)..<(12 * 4_096) { contents[index] = 0xFF }
        try File.replace(copy, with: contents)
        let found = Result { try LedgerReader(path: copy) }
        do {
            #expect(try await found.get().damage() != nil)
        } catch {
            // So damaged that it cannot even be looked at.
            #expect("\(error)".contains("malformed"))
        }
    }
}
