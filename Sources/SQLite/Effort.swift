import CSQLite

/// How far one long statement has come.
///
/// Lives inside the one actor that uses its connection, like it.
package final class Effort {
    /// Steps of SQLite's machine between two reports: a few milliseconds.
    private static let steps: Int32 = 20_000

    private let connection: Connection
    private let pages: Int
    private let report: (Double) -> Void

    /// Reports while statements of the connection run, until it is deallocated.
    ///
    /// `report`: is given the part of the database's pages that were read, below 1; for statements that read each page
    /// about once.
    package init(_ connection: Connection, report: @escaping (Double) -> Void) throws(SQLiteError) {
        self.connection = connection
        self.report = report
        pages = max(1, try connection.rows("PRAGMA page_count") { Int($0.integer(0) ?? 0) }.first ?? 0)
        var (read, highest): (Int32, Int32) = (0, 0)
        // What was read before does not count.
        sqlite3_db_status(connection.handle, SQLITE_DBSTATUS_CACHE_MISS, &read, &highest, 1)
        let callback: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
            if let context { Unmanaged<Effort>.fromOpaque(context).takeUnretainedValue().tell() }
            return 0
        }
        sqlite3_progress_handler(connection.handle, Self.steps, callback, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { sqlite3_progress_handler(connection.handle, 0, nil, nil) }

    private func tell() {
        var (read, highest): (Int32, Int32) = (0, 0)
        sqlite3_db_status(connection.handle, SQLITE_DBSTATUS_CACHE_MISS, &read, &highest, 0)
        // A page that fell out of the cache is read again: the end is known only when it is there.
        report(min(0.99, Double(read) / Double(pages)))
    }
}
