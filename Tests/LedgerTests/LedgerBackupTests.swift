import Glibc
import Posix
import SQLite
import Synchronization
import TestSupport
import Testing

@testable import Ledger

@Suite struct LedgerBackupTests {
    private let bench: Bench
    private let shelf: TemporaryDirectory

    init() throws {
        bench = try Bench()
        shelf = try TemporaryDirectory()
    }

    private var target: String { shelf("copy.db") }
    private var file: LedgerFile { get throws { try LedgerFile(directory: bench.directory.path) } }

    private func record(_ ledger: Ledger, _ count: Int) async throws {
        for index in 0..<count {
            _ = await ledger.record(.status("e\(index)", try line(index), status: "FLAGGED"))
        }
    }

    @Test("The copy has what the ledger has, opened by a daemon or not", arguments: [true, false])
    func isWhole(whileOpen: Bool) async throws {
        let ledger = try bench.open()
        try await record(ledger, 20)
        if !whileOpen { await ledger.close() }
        let bytes = try file.backup(to: target)
        #expect(bytes == File.size(target) && bytes > 0)
        let copy = try Connection(path: target, mode: .readOnly)
        #expect(try copy.rows("SELECT count(*) FROM event") { $0.integer(0) } == [20])
        #expect(try copy.rows("PRAGMA user_version") { $0.integer(0) } == [Int64(LedgerFile.knownVersion)])
        // It can go on shrinking step by step.
        #expect(try copy.rows("PRAGMA auto_vacuum") { $0.integer(0) } == [2])
        #expect(try File.names(in: shelf.path) == ["copy.db"])
        #expect(ledger.failure == nil)
    }

    @Test("A ledger opens on a copy that was put into its place")
    func restores() async throws {
        let ledger = try bench.open()
        try await record(ledger, 5)
        try file.backup(to: target)
        await ledger.close()
        let other = try Bench()
        try File.replace(other.path, with: try File.read(target))
        let restored = try other.open()
        try await record(restored, 6)
        #expect(try other.count("event") == 6)
    }

    @Test("It is for its owner and group alone")
    func mode() async throws {
        try await bench.open().close()
        try file.backup(to: target)
        var status = stat()
        #expect(stat(target, &status) == 0 && status.st_mode & 0o777 & ~0o640 == 0)
    }

    @Test("Nothing is replaced, not even a link that leads nowhere", arguments: [true, false])
    func replacesNothing(isLink: Bool) async throws {
        try await bench.open().close()
        if isLink { symlink("/nowhere/at/all", target) } else { try File.replace(target, with: [7]) }
        let error = try #require(throws: BackupError.self) { try file.backup(to: target) }
        #expect("\(error)" == "\(target) is there already, and a backup replaces nothing: choose another name")
        if !isLink { #expect(try File.read(target) == [7]) }
        #expect(try File.names(in: shelf.path) == ["copy.db"])
    }

    @Test("A name that is taken while the copy is made stays what it is")
    func race() async throws {
        try await bench.open().close()
        let target = target
        let error = try #require(throws: BackupError.self) {
            try file.backup(to: target) { part in if part == nil { try? File.replace(target, with: [7]) } }
        }
        guard case .taken = error else { return #expect(Bool(false), "\(error)") }
        #expect(try File.read(target) == [7])
        #expect(try File.names(in: shelf.path) == ["copy.db"])
    }

    @Test("Where it cannot be written, nothing is left behind")
    func unwritable() async throws {
        try await bench.open().close()
        let error = try #require(throws: BackupError.self) { try file.backup(to: shelf("nowhere/copy.db")) }
        #expect("\(error)".hasPrefix("the backup cannot be written: open \(shelf("nowhere/copy.db"))"))
    }

    @Test("What is damaged makes no backup")
    func damaged() throws {
        try File.replace(bench.path, with: Array(repeating: 0x41, count: 8_192))
        let error = try #require(throws: BackupError.self) { try file.backup(to: target) }
        guard case .ledger(.damaged) = error else { return #expect(Bool(false), "\(error)") }
        #expect(try File.names(in: shelf.path) == [])
    }

    @Test("Long work tells how far it has come, and never that it is done")
    func progress() throws {
        let connection = try Connection(path: bench.path, mode: .readWrite)
        try Schema.migrate(connection, path: bench.path)
        try connection.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
            INSERT INTO fact SELECT 'key ' || i, hex(randomblob(40)) FROM n
            """
        )
        var parts: [Double?] = []
        try file.backup(to: target) { parts.append($0) }
        #expect(parts.first == .some(nil))
        let told = parts.compactMap { $0 }
        #expect(told.count > 2 && told == told.sorted())
        #expect(told.allSatisfy { (0..<1).contains($0) } && (told.last ?? 0) > 0.3, "\(told)")
    }
}
