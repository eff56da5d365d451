import TestSupport
import Testing

@testable import SQLite

@Suite struct ConnectionTests {
    private let directory: TemporaryDirectory
    private var path: String { directory("test.db") }

    init() throws { directory = try TemporaryDirectory() }

    private func open(_ mode: Connection.Mode = .readWrite, busyTimeout: Int32 = 0) throws -> Connection {
        let connection = try Connection(path: path, mode: mode, busyTimeout: busyTimeout)
        if mode == .readWrite {
            try connection.execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
            try connection.execute("CREATE TABLE IF NOT EXISTS t (v INTEGER NOT NULL UNIQUE) STRICT")
        }
        return connection
    }

    private func values(_ connection: Connection) throws -> [Int64?] {
        try connection.rows("SELECT v FROM t ORDER BY v") { $0.integer(0) }
    }

    @Test("A database is made for writing, but not for reading")
    func opens() throws {
        let error = #expect(throws: SQLiteError.self) { _ = try open(.readOnly) }
        #expect(error?.isInputOutput == true)
        #expect(error?.action == "open \(path)")
        let writer = try open()
        try writer.execute("INSERT INTO t VALUES (1)")
        #expect(try values(open(.readOnly)) == [1])
    }

    @Test("What was committed is there, what was rolled back is not")
    func transactions() throws {
        let writer = try open()
        let reader = try open(.readOnly)
        try writer.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
        #expect(writer.isInTransaction)
        #expect(try values(reader) == [])
        try writer.execute("COMMIT")
        #expect(!writer.isInTransaction)
        #expect(try values(reader) == [1])
        try writer.execute("BEGIN; INSERT INTO t VALUES (2); ROLLBACK")
        #expect(!writer.isInTransaction)
        #expect(try values(reader) == [1])
    }

    @Test("A failed statement leaves its transaction open, and the rest of it stands")
    func statementFails() throws {
        let writer = try open()
        try writer.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
        #expect(throws: SQLiteError.self) { try writer.execute("INSERT INTO t VALUES (1)") }
        #expect(writer.isInTransaction)
        try writer.execute("INSERT INTO t VALUES (2); COMMIT")
        #expect(try values(writer) == [1, 2])
    }

    @Test("Pages in the log are counted from the moment they are asked for")
    func loggedPages() throws {
        let writer = try open()
        try writer.execute("INSERT INTO t VALUES (1)")
        #expect(writer.loggedPages == 0)
        writer.countLoggedPages()
        var last = 0
        for value in 2...5 {
            try writer.execute("INSERT INTO t VALUES (\(value))")
            #expect(writer.loggedPages > last)
            last = writer.loggedPages
        }
        #expect(try writer.checkpoint().logged == last)
    }

    @Test("A checkpoint moves the log, as far as no reader needs it")
    func checkpoints() throws {
        let writer = try open()
        let other = try open()
        try writer.execute("INSERT INTO t VALUES (1)")
        let moved = try other.checkpoint()
        try other.syncDatabase()
        #expect(moved.logged > 0)
        #expect(moved.moved == moved.logged)
        let reader = try open(.readOnly)
        try reader.execute("BEGIN")
        #expect(try values(reader) == [1])
        try writer.execute("INSERT INTO t VALUES (2)")
        let held = try other.checkpoint()
        #expect(held.moved < held.logged)
        let error = #expect(throws: SQLiteError.self) { _ = try other.checkpoint(truncating: true) }
        #expect(error?.isBusy == true)
        try reader.execute("COMMIT")
        let emptied = try other.checkpoint(truncating: true)
        #expect(emptied.logged == 0)
        #expect(try values(reader) == [1, 2])
    }

    @Test("Two connections that write wait for each other, as long as they are told")
    func busy() throws {
        let first = try open()
        let second = try open(busyTimeout: 10)
        try first.execute("BEGIN IMMEDIATE")
        let error = #expect(throws: SQLiteError.self) { try second.execute("BEGIN IMMEDIATE") }
        #expect(error?.isBusy == true)
        try first.execute("COMMIT")
        try second.execute("BEGIN IMMEDIATE; COMMIT")
    }
}
