import Testing

@testable import SQLite

@Suite struct StatementTests {
    private let connection: Connection

    init() throws {
        connection = try Connection(path: ":memory:", mode: .readWrite)
        try connection.execute("CREATE TABLE t (v ANY) STRICT")
    }

    @Test(
        "A text comes back as it went in, and keeps its type",
        arguments: ["", "a", "a\0b", "\0", "ü 🎈", "'; DROP TABLE t; --", String(repeating: "x", count: 1_000_000)]
    )
    func texts(text: String) throws {
        #expect(try connection.prepare("INSERT INTO t VALUES (?)").run(.text(text)) == 1)
        let row = try connection.rows("SELECT v, typeof(v), v IS NULL FROM t") { row in
            (row.text(0), row.text(1), row.integer(2))
        }.first
        #expect(row?.0 == text)
        #expect(row?.1 == "text")
        #expect(row?.2 == 0)
    }

    @Test(
        "A blob comes back as it went in, and keeps its type",
        arguments: [[], [0], [0, 1, 0], Array(0...255), [UInt8](repeating: 7, count: 1_000_000)] as [[UInt8]]
    )
    func blobs(blob: [UInt8]) throws {
        try connection.prepare("INSERT INTO t VALUES (?)").run(.blob(blob))
        let row = try connection.rows("SELECT v, typeof(v), length(v) FROM t") { row in
            (row.blob(0), row.text(1), row.integer(2))
        }.first
        #expect(row?.0 == blob)
        #expect(row?.1 == "blob")
        #expect(row?.2 == Int64(blob.count))
    }

    @Test(
        "A number comes back as it went in",
        arguments: [0, 1, -1, .max, .min, (1 << 53) + 1] as [Int64]
    )
    func integers(integer: Int64) throws {
        try connection.prepare("INSERT INTO t VALUES (?)").run(.integer(integer))
        let row = try connection.rows("SELECT v, typeof(v) FROM t") { ($0.integer(0), $0.text(1)) }.first
        #expect(row?.0 == integer)
        #expect(row?.1 == "integer")
    }

    @Test("NULL is nil, and none of the others is NULL")
    func null() throws {
        try connection.prepare("INSERT INTO t VALUES (?)").run(.null)
        let row = try connection.rows("SELECT v FROM t") { ($0.text(0), $0.integer(0), $0.blob(0)) }.first
        #expect(row?.0 == nil)
        #expect(row?.1 == nil)
        #expect(row?.2 == [])
    }

    @Test(
        "Values are made from what may be missing",
        arguments: [
            (Value(String?.none), .null), (Value("a"), .text("a")), (Value(""), .text("")),
            (Value(Int64?.none), .null), (Value(Int64(7)), .integer(7)), (Value(8), .integer(8)),
        ] as [(Value, Value)]
    )
    func values(made: Value, expected: Value) {
        #expect(made == expected)
    }

    @Test("A statement is used again and again, also after an error")
    func reuse() throws {
        try connection.execute("CREATE TABLE u (k TEXT PRIMARY KEY) STRICT")
        let insert = try connection.prepare("INSERT INTO u VALUES (?)")
        #expect(try insert.run(.text("a")) == 1)
        #expect(throws: SQLiteError.self) { try insert.run(.text("a")) }
        #expect(try insert.run(.text("b")) == 1)
        let select = try connection.prepare("SELECT k FROM u WHERE k >= ? ORDER BY k")
        #expect(try select.rows(.text("a")) { $0.text(0) } == ["a", "b"])
        #expect(try select.rows(.text("b")) { $0.text(0) } == ["b"])
        #expect(try select.first(.text("a")) { $0.text(0) } == "a")
        #expect(try select.first(.text("z")) { $0.text(0) } == nil)
    }

    @Test("The number of changed rows is that of this statement")
    func changes() throws {
        let insert = try connection.prepare("INSERT INTO t VALUES (1), (1), (2)")
        #expect(try insert.run() == 3)
        #expect(connection.lastInsertRowid == 3)
        #expect(try connection.prepare("DELETE FROM t WHERE v = ?").run(.integer(1)) == 2)
        #expect(try connection.prepare("DELETE FROM t WHERE v = ?").run(.integer(1)) == 0)
        try connection.execute("CREATE TABLE u (k TEXT PRIMARY KEY) STRICT")
        let ignore = try connection.prepare("INSERT INTO u VALUES (?) ON CONFLICT DO NOTHING")
        #expect(try ignore.run(.text("a")) == 1)
        #expect(try ignore.run(.text("a")) == 0)
    }

    @Test("A statement keeps its connection open")
    func outlives() throws {
        var own: Connection? = try Connection(path: ":memory:", mode: .readWrite)
        let statement = try own?.prepare("SELECT 7")
        own = nil
        #expect(try statement?.first { $0.integer(0) } == 7)
    }

    @Test("A value without a place is an error")
    func tooMany() throws {
        let error = #expect(throws: SQLiteError.self) { try connection.prepare("SELECT ?").run(.null, .null) }
        #expect(error?.action == "SELECT ?")
    }

    @Test("What is no SQL is an error that says so", arguments: ["SELEC 1", "SELECT * FROM nowhere", ""])
    func nonsense(sql: String) {
        let error = #expect(throws: SQLiteError.self) { _ = try connection.prepare(sql) }
        #expect(error?.action == "prepare \(sql)")
    }
}
