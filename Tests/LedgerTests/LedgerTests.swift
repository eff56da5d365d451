import Chrono
import Lines
import Posix
import SQLite
import TestSupport
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct LedgerTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    @Test("A ledger makes its directory and its file")
    func makes() throws {
        let directory = bench.directory("a/b")
        let ledger = try Ledger(directory: directory, policy: .standard, planner: { _, _, _ in [] }, observer: { _ in })
        #expect(ledger.path == "\(directory)/linewarden.db")
        #expect(!ledger.wasLeftOpen)
        #expect(ledger.failure == nil)
        #expect(File.size(ledger.path) ?? 0 > 0)
    }

    @Test("A second opening is refused as long as the first lasts")
    func locked() async throws {
        var ledger: Ledger? = try bench.open()
        let error = #expect(throws: LedgerError.self) { _ = try bench.open() }
        #expect("\(error.map(String.init(describing:)) ?? "")".contains("is locked by another process"))
        await ledger?.close()
        ledger = nil
        _ = try await bench.reopen()
    }

    @Test("A directory that cannot be used is told")
    func directory() throws {
        try File.replace(bench.directory("file"), with: [])
        let error = #expect(throws: LedgerError.self) {
            _ = try Ledger(
                directory: bench.directory("file/below"),
                policy: .standard,
                planner: { _, _, _ in [] },
                observer: { _ in }
            )
        }
        #expect(error.map { if case .directory = $0 { true } else { false } } == true)
    }

    @Test("A file that a newer linewarden wrote is refused, and stays as it is")
    func newer() async throws {
        do { await (try bench.open()).close() }
        do { try Connection(path: bench.path, mode: .readWrite).execute("PRAGMA user_version = 99") }
        while true {
            let error = #expect(throws: LedgerError.self) { _ = try bench.open() }
            if case .locked = error { continue }
            guard case .newer(let path, 99, let known) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(path == bench.path)
            #expect(known == Schema.migrations.count)
            break
        }
        #expect(try bench.rows("PRAGMA user_version") { $0.integer(0) } == [99])
    }

    @Test("What is no ledger is refused")
    func notALedger() throws {
        try File.replace(bench.path, with: Array(String(repeating: "not a database. ", count: 512).utf8))
        let error = #expect(throws: LedgerError.self) { _ = try bench.open() }
        #expect("\(error.map(String.init(describing:)) ?? "")".contains("is damaged"))
    }

    @Test("Everything is found again after a restart")
    func restart() async throws {
        let number = try line()
        var ledger: Ledger? = try bench.open(planner: plannerOfTwoHooks)
        let receipt = await ledger?.record(.status("e1", number, status: "FLAGGED"))
        let incident = try #require(receipt?.recorded?.change?.incident)
        ledger?.remember("verified /webhooks/linq", "abc")
        let before = try await ledger?.due("ops", .page, at: FakeClock.start, limit: 10)
        await ledger?.close()
        ledger = nil

        let again = try await bench.reopen(planner: plannerOfTwoHooks)
        #expect(!again.wasLeftOpen)
        let reader = try LedgerReader(path: again.path)
        let record = try #require(await reader.line(number, .standard))
        #expect(record.assessment.decision == .paused)
        #expect(record.incident == incident.id)
        #expect(try await reader.incident(incident.id) == incident)
        #expect(try await reader.fact("verified /webhooks/linq") == "abc")
        #expect(try await again.due("ops", .page, at: FakeClock.start, limit: 10).map(\.id) == before?.map(\.id))
        #expect(await again.record(.status("e1", number, status: "FLAGGED")).isDuplicate)
        // The hooks were told: nothing is planned again.
        try await again.replan()
        #expect(try bench.count("delivery") == 2)
    }

    @Test("A ledger that was not closed is known by its log")
    func leftOpen() async throws {
        let number = try line()
        let ledger = try bench.open()
        _ = await ledger.record(.status("e1", number, status: "ACTIVE"))
        // What a killed process leaves behind: both files as they are now.
        let copy = try Bench()
        for suffix in ["", "-wal"] { try File.replace(copy.path + suffix, with: File.read(bench.path + suffix)) }
        let found = try copy.open()
        #expect(found.wasLeftOpen)
        #expect(await found.record(.status("e1", number, status: "ACTIVE")).isDuplicate)
        let reader = try LedgerReader(path: found.path)
        #expect(try await reader.damage() == nil)
    }

    @Test("Closing moves the log into the file")
    func closes() async throws {
        let ledger = try bench.open()
        _ = await ledger.record(.status("e1", try line(), status: "ACTIVE"))
        #expect(File.size(bench.path + "-wal") ?? 0 > 0)
        await ledger.close()
        #expect(File.size(bench.path + "-wal") == 0)
    }

    @Test("A fact is kept, and replaced by a newer one of its key")
    func facts() async throws {
        let ledger = try bench.open()
        let reader = try LedgerReader(path: ledger.path)
        #expect(try await reader.fact("key") == nil)
        for value in ["a", "", "b"] {
            ledger.remember("key", value)
            await ledger.settleDown()
            #expect(try await reader.fact("key") == value)
        }
    }
}
