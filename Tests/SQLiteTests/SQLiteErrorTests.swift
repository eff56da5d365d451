import CSQLite
import Glibc
import Posix
import TestSupport
import Testing

@testable import SQLite

@Suite struct SQLiteErrorTests {
    private enum Kind: String, CaseIterable, Sendable { case full, busy, corrupt, inputOutput, readOnly }

    private let directory: TemporaryDirectory
    private var path: String { directory("test.db") }

    init() throws { directory = try TemporaryDirectory() }

    private func kinds(_ error: SQLiteError) -> Set<Kind> {
        let found: [(Bool, Kind)] = [
            (error.isFull, .full), (error.isBusy, .busy), (error.isCorrupt, .corrupt),
            (error.isInputOutput, .inputOutput), (error.isReadOnly, .readOnly),
        ]
        return Set(found.filter(\.0).map(\.1))
    }

    @Test(
        "Every code is of one kind or none, extended codes like the plain ones",
        arguments: [
            (SQLITE_FULL, .full), (SQLITE_BUSY, .busy), (SQLITE_LOCKED, .busy), (SQLITE_CORRUPT, .corrupt),
            (SQLITE_NOTADB, .corrupt), (SQLITE_IOERR, .inputOutput), (SQLITE_CANTOPEN, .inputOutput),
            (SQLITE_READONLY, .readOnly), (SQLITE_PERM, .readOnly), (SQLITE_CONSTRAINT, nil), (SQLITE_ERROR, nil),
            (SQLITE_NOMEM, nil), (SQLITE_MISUSE, nil),
        ] as [(Int32, Kind?)]
    )
    private func classifies(code: Int32, kind: Kind?) {
        for extended in [0, 1, 10, 22] as [Int32] {
            let error = SQLiteError(code: code | extended << 8, message: "words", action: "commit")
            #expect(kinds(error) == Set([kind].compactMap { $0 }))
        }
    }

    @Test("An error is one line: what was done, SQLite's words, the code")
    func words() throws {
        let connection = try Connection(path: ":memory:", mode: .readWrite)
        let error = #expect(throws: SQLiteError.self) { try connection.execute("SELECT missing") }
        #expect(error?.description == "SELECT missing: no such column: missing (SQLite code 1)")
    }

    @Test(
        "A broken constraint is no fault of the disk",
        arguments: [
            "INSERT INTO t VALUES (1, 1, 1)", "INSERT INTO t VALUES (2, NULL, 1)", "INSERT INTO t VALUES (2, 200, 1)",
            "INSERT INTO t VALUES (2, 1, 77)",
        ]
    )
    func constraints(sql: String) throws {
        let connection = try Connection(path: ":memory:", mode: .readWrite)
        try connection.execute(
            """
            PRAGMA foreign_keys = ON;
            CREATE TABLE t (k INTEGER PRIMARY KEY, v INTEGER NOT NULL CHECK (v < 100), r INTEGER REFERENCES t (k)) STRICT;
            INSERT INTO t VALUES (1, 1, 1)
            """
        )
        let error = try #require(throws: SQLiteError.self) { try connection.execute(sql) }
        #expect(error.code & 0xFF == SQLITE_CONSTRAINT)
        #expect(kinds(error) == [])
    }

    @Test("No more pages than allowed: full, and what was there before stays")
    func full() throws {
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute("PRAGMA page_size = 4096; CREATE TABLE t (v BLOB); PRAGMA max_page_count = 10")
        let insert = try connection.prepare("INSERT INTO t VALUES (?)")
        try insert.run(.blob([1]))
        let error = try #require(throws: SQLiteError.self) {
            try insert.run(.blob([UInt8](repeating: 1, count: 100_000)))
        }
        #expect(kinds(error) == [.full])
        #expect(try connection.rows("SELECT length(v) FROM t") { $0.integer(0) } == [1])
        try connection.execute("PRAGMA max_page_count = 1000")
        #expect(try insert.run(.blob([UInt8](repeating: 1, count: 100_000))) == 1)
    }

    @Test("A connection for reading does not write")
    func readOnly() throws {
        try Connection(path: path, mode: .readWrite).execute("CREATE TABLE t (v)")
        let reader = try Connection(path: path, mode: .readOnly)
        let error = try #require(throws: SQLiteError.self) { try reader.execute("INSERT INTO t VALUES (1)") }
        #expect(kinds(error) == [.readOnly])
    }

    @Test("A file of something else is no database")
    func notADatabase() throws {
        try File.replace(path, with: Array(String(repeating: "not a database. ", count: 512).utf8))
        let connection = try Connection(path: path, mode: .readWrite)
        let error = try #require(throws: SQLiteError.self) { try connection.execute("SELECT * FROM sqlite_schema") }
        #expect(kinds(error) == [.corrupt])
    }

    @Test("A damaged page is found")
    func corrupt() throws {
        do {
            let connection = try Connection(path: path, mode: .readWrite)
            try connection.execute("CREATE TABLE t (v BLOB)")
            for _ in 0..<50 { try connection.prepare("INSERT INTO t VALUES (zeroblob(1000))").run() }
        }
        var contents = try File.read(path)
        for index in 4_096..<contents.count { contents[index] = 0xFF }
        try File.replace(path, with: contents)
        let connection = try Connection(path: path, mode: .readWrite)
        let error = try #require(throws: SQLiteError.self) {
            _ = try connection.rows("SELECT length(v) FROM t") { $0.integer(0) }
        }
        #expect(kinds(error) == [.corrupt])
    }

    @Test("A directory is no database, and below a file there is none", arguments: ["", "/file/test.db"])
    func cannotOpen(suffix: String) throws {
        try File.replace(directory("file"), with: [])
        let error = try #require(throws: SQLiteError.self) {
            _ = try Connection(path: directory.path + suffix, mode: .readWrite)
        }
        #expect(kinds(error) == [.inputOutput])
    }
}
