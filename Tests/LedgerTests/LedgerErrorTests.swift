import Posix
import SQLite
import Testing

@testable import Ledger

@Suite struct LedgerErrorTests {
    @Test(
        "Every error says what to do",
        arguments: [
            (
                LedgerError.directory(PosixError(call: "mkdir", code: 13, subject: "/var/lib/linewarden")),
                "the state directory cannot be used: mkdir /var/lib/linewarden: Permission denied; "
                    + "create it and give it to the user linewarden runs as, or change state.directory"
            ),
            (
                .locked(path: "/s"),
                "/s is locked by another process: is linewarden running already with this state.directory?"
            ),
            (
                .newer(path: "/s/linewarden.db", version: 3, known: 1),
                "/s/linewarden.db has schema version 3 and this linewarden knows up to 1: "
                    + "it was written by a newer version; install that one again, or restore a backup"
            ),
            (
                .damaged(path: "/s/linewarden.db", finding: "page 2"),
                "/s/linewarden.db is damaged (page 2): stop, copy the file away, and restore a backup "
                    + "or start with an empty one"
            ),
            (
                .absent(path: "/s/linewarden.db"),
                "there is no ledger at /s/linewarden.db: is this the state.directory of the daemon?"
            ),
            (
                .unreadable(PosixError(call: "access", code: 13, subject: "/s/linewarden.db")),
                "the ledger cannot be read: access /s/linewarden.db: Permission denied: "
                    + "ask as root, or as the user linewarden runs as"
            ),
            (.overloaded, "too many events wait for the disk"),
        ] as [(LedgerError, String)]
    )
    func words(error: LedgerError, words: String) {
        #expect("\(error)" == words)
    }

    /// Made by SQLite, because nobody else can make one.
    private func failure(_ sql: String...) throws -> SQLiteError {
        let connection = try Connection(path: ":memory:", mode: .readWrite)
        try connection.execute("CREATE TABLE t (v); PRAGMA max_page_count = 3")
        return try #require(throws: SQLiteError.self) { for each in sql { try connection.execute(each) } }
    }

    @Test("A full disk is told apart from other faults")
    func storage() throws {
        let full = LedgerError.storage(try failure("INSERT INTO t VALUES (zeroblob(100000))"))
        #expect("\(full)".hasPrefix("the disk is full: make room where state.directory lies (INSERT INTO t"))
        let readOnly = LedgerError.storage(try failure("PRAGMA query_only = 1", "INSERT INTO t VALUES (1)"))
        #expect("\(readOnly)".hasPrefix("the ledger may not be written: check its owner and mount ("))
        let other = LedgerError.storage(try failure("SELECT 1 FROM missing"))
        #expect("\(other)".hasPrefix("the ledger cannot be written (SELECT 1 FROM missing: no such table"))
    }
}
