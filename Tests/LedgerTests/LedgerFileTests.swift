import Glibc
import Posix
import SQLite
import TestSupport
import Testing

@testable import Ledger

@Suite struct LedgerFileTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    private var file: LedgerFile { get throws { try LedgerFile(directory: bench.directory.path) } }

    /// A ledger of an older version, as its linewarden left it.
    private func makeOld(version: Int) throws {
        let old = try Connection(path: bench.path, mode: .readWrite)
        try old.execute("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL")
        for step in Schema.migrations.prefix(version) { try old.execute(step) }
        try old.execute("PRAGMA user_version = \(version)")
    }

    @Test("Where there is no ledger, none is made")
    func absent() throws {
        let error = try #require(throws: LedgerError.self) { try LedgerFile(directory: bench.directory.path) }
        #expect("\(error)".hasPrefix("there is no ledger at \(bench.path)"))
        #expect(try File.names(in: bench.directory.path) == [])
    }

    @Test("One that is out of reach is not called missing")
    func outOfReach() throws {
        try File.replace(bench.directory("file"), with: [])
        let error = try #require(throws: LedgerError.self) { try LedgerFile(directory: bench.directory("file")) }
        guard case .unreadable = error else { return #expect(Bool(false), "\(error)") }
    }

    @Test("A sound ledger has no findings, opened by a daemon or not", arguments: [true, false])
    func sound(thorough: Bool) async throws {
        let ledger = try bench.open()
        #expect(try file.check(thorough: thorough) == [])
        await ledger.close()
        #expect(try file.check(thorough: thorough) == [])
        #expect(try file.version() == LedgerFile.knownVersion)
    }

    @Test("A reference to nothing is a finding of the thorough check alone")
    func brokenReference() throws {
        let connection = try Connection(path: bench.path, mode: .readWrite)
        try Schema.migrate(connection, path: bench.path)
        try connection.execute(
            "INSERT INTO line (number, decision, decision_since, incident) VALUES ('+12', 'paused', 1, 'nobody')"
        )
        #expect(try file.check(thorough: false) == [])
        #expect(try file.check(thorough: true) == ["a row of line refers to a row of incident that is not there"])
    }

    @Test("A file that is no database is a finding, not a failure")
    func noDatabase() throws {
        try File.replace(bench.path, with: Array(repeating: 0x41, count: 8_192))
        #expect(try file.check(thorough: false) == ["file is not a database"])
    }

    @Test("A ledger of any older version goes forward, once", arguments: 1..<Schema.migrations.count)
    func migrates(version: Int) throws {
        try makeOld(version: version)
        let first = try file.migrate()
        #expect(first.from == version && first.to == Schema.migrations.count)
        let second = try file.migrate()
        #expect(second.from == second.to)
        #expect(try file.check(thorough: true) == [])
    }

    @Test("A daemon that starts goes forward too, and says from where")
    func migratesOnStart() async throws {
        try makeOld(version: 3)
        #expect(try bench.open().migratedFrom == 3)
        #expect(try await bench.reopen().migratedFrom == nil)
    }

    @Test("While a daemon runs nothing is migrated")
    func locked() async throws {
        let ledger = try bench.open()
        let error = try #require(throws: LedgerError.self) { try file.migrate() }
        guard case .locked = error else { return #expect(Bool(false), "\(error)") }
        #expect(ledger.migratedFrom == nil)
    }

    @Test("A ledger of a newer version is checked, and otherwise left alone")
    func newer() async throws {
        try await bench.open().close()
        try Connection(path: bench.path, mode: .readWrite).execute("PRAGMA user_version = 99")
        #expect(try file.version() == 99)
        #expect(try file.check(thorough: true) == [])
        let error = try #require(throws: LedgerError.self) { try file.migrate() }
        guard case .newer(_, 99, LedgerFile.knownVersion) = error else { return #expect(Bool(false), "\(error)") }
        #expect(try file.version() == 99)
    }
}
