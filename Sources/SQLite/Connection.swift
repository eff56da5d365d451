import CSQLite

/// An open database.
///
/// Not `Sendable`: it lives inside the one actor that uses it.
package final class Connection {
    package enum Mode: Sendable {
        case readWrite, readOnly
        /// Of a file that nobody writes meanwhile: no lock is taken, and no file made beside it.
        case immutable
    }

    let handle: OpaquePointer
    /// Prepared when the first transaction begins: there is one for every few events.
    private var begin: OpaquePointer?
    private var commit: OpaquePointer?
    /// Pages in the write-ahead log after the last commit, once `countLoggedPages` was called.
    package private(set) var loggedPages = 0

    /// Opens a database, for writing making it if it is not there.
    ///
    /// `busyTimeout`: milliseconds to wait for another connection's lock.
    package init(path: String, mode: Mode, busyTimeout: Int32 = 5_000) throws(SQLiteError) {
        // One connection is only ever used by one queue, so SQLite's own mutex would be wasted.
        let access = mode == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let name = mode == .immutable ? Self.immutableURI(path) : path
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, mode == .immutable ? flags | SQLITE_OPEN_URI : flags, nil)
        guard code == SQLITE_OK, let handle = opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(opened)
            throw SQLiteError(code: code, message: message, action: "open \(path)")
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, busyTimeout)
    }

    deinit {
        sqlite3_finalize(begin)
        sqlite3_finalize(commit)
        sqlite3_close_v2(handle)
    }

    /// sqlite.org/uri.html, section 3.1: "?", "#" and "%" would end the path or mean something.
    private static func immutableURI(_ path: String) -> String {
        let escapes: [Character: String] = ["%": "%25", "?": "%3f", "#": "%23"]
        return "file:" + path.map { escapes[$0] ?? String($0) }.joined() + "?immutable=1"
    }

    /// Runs statements that give no rows, separated by semicolons.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw failure(code, String(sql.prefix(60))) }
    }

    /// Runs the body in one transaction that may write, and commits it; whatever it throws undoes all of it.
    package func transaction(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
        try step(&begin, "BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            try body()
            try step(&commit, "COMMIT")
        } catch {
            // After some faults SQLite has rolled back by itself (sqlite.org/lang_transaction.html, section 2.3).
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }

    private func step(_ statement: inout OpaquePointer?, _ sql: String) throws(SQLiteError) {
        if statement == nil {
            let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
            if code != SQLITE_OK { throw failure(code, "prepare \(sql)") }
        }
        let code = sqlite3_step(statement)
        defer { sqlite3_reset(statement) }
        if code != SQLITE_DONE { throw failure(code, sql) }
    }

    /// Prepares a statement that is used again and again.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(self, sql)
    }

    /// Runs one statement once and gives its rows.
    package func rows<Row>(_ sql: String, _ values: Value..., read: (Statement) -> Row) throws(SQLiteError) -> [Row] {
        try prepare(sql).rows(values, read: read)
    }

    /// Rows that the last statement changed.
    package var changes: Int { Int(sqlite3_changes64(handle)) }

    /// The rowid of the last row inserted.
    package var lastInsertRowid: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Whether a transaction is open; false after SQLite rolled one back by itself.
    package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Keeps `loggedPages` up to date from now on.
    package func countLoggedPages() {
        let callback: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 =
            {
                context,
                _,
                _,
                pages in
                if let context {
                    Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().loggedPages = Int(pages)
                }
                return SQLITE_OK
            }
        sqlite3_wal_hook(handle, callback, Unmanaged.passUnretained(self).toOpaque())
    }

    func failure(_ code: Int32, _ action: String) -> SQLiteError {
        SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle)), action: action)
    }

    /// What a checkpoint reached.
    package struct Checkpoint: Sendable {
        /// Pages in the write-ahead log.
        package let logged: Int
        /// Of them, pages that are in the database file now.
        package let moved: Int
    }

    /// Moves pages from the write-ahead log into the database without waiting for anybody (PASSIVE), or, with
    /// `truncating`, waiting for readers and writers to make the log file empty.
    package func checkpoint(truncating: Bool = false) throws(SQLiteError) -> Checkpoint {
        var logged: Int32 = 0
        var moved: Int32 = 0
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, &logged, &moved)
        if code != SQLITE_OK { throw failure(code, "checkpoint") }
        return Checkpoint(logged: Int(logged), moved: Int(moved))
    }

    /// Has the disk take what checkpoints have moved so far.
    ///
    /// SQLite does so itself before it gives up a log, all at once; until then it may wait in memory.
    package func syncDatabase() throws(SQLiteError) {
        let code = lw_sync_database(handle)
        if code != SQLITE_OK { throw failure(code, "sync") }
    }
}
