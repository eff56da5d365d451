import CSQLite

/// A failure that SQLite reported, with its extended result code (sqlite.org/rescode.html).
package struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The extended result code.
    package let code: Int32
    /// SQLite's own words.
    package let message: String
    /// What was being done, such as "commit".
    package let action: String

    package var description: String { "\(action): \(message) (SQLite code \(code))" }

    private var primary: Int32 { code & 0xFF }

    /// The disk or a quota is full.
    package var isFull: Bool { primary == SQLITE_FULL }
    /// Another process holds a lock.
    package var isBusy: Bool { primary == SQLITE_BUSY || primary == SQLITE_LOCKED }
    /// The file's contents are damaged, or it is no database.
    package var isCorrupt: Bool { primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB }
    /// Whether it is the disk's fault, or its lock's, and so would befall every other statement too.
    package var isDiskFault: Bool { isFull || isBusy || isCorrupt || isReadOnly || isInputOutput }

    /// The system could not read or write.
    package var isInputOutput: Bool { primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN }
    /// The file or its file system may not be written.
    package var isReadOnly: Bool { primary == SQLITE_READONLY || primary == SQLITE_PERM }
}
