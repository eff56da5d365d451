import Posix
import SQLite

/// A ledger's file as commands see it, whether a daemon is writing it or none runs.
package struct LedgerFile: Sendable {
    /// The version that this linewarden reads and writes.
    package static let knownVersion = Schema.migrations.count

    package let directory: String
    package let path: String

    /// - Throws: `LedgerError.absent` when there is no ledger in the directory, `.unreadable` when it is out of reach.
    package init(directory: String) throws(LedgerError) {
        self.directory = directory
        path = "\(directory)/linewarden.db"
        guard let problem = File.isReadable(path) else { return }
        throw problem.code == PosixError.notFound ? .absent(path: path) : .unreadable(problem)
    }

    /// The version of its schema; 0 for one without tables.
    package func version() throws(LedgerError) -> Int {
        try reading { connection throws(SQLiteError) in try Schema.version(connection) }
    }

    /// What is wrong with it; empty when nothing is.
    ///
    /// `thorough`: compares indexes with their tables and follows references as well. Takes a few seconds per gigabyte,
    /// without `thorough` about one.
    package func check(thorough: Bool) throws(LedgerError) -> [String] {
        do throws(LedgerError) {
            return try reading { connection throws(SQLiteError) in
                try Self.findings(connection, thorough: thorough)
            }
        } catch {
            // Damage may show before the check can even begin.
            guard case .damaged(_, let finding) = error else { throw error }
            return [finding]
        }
    }

    /// Brings it to the newest version, as a daemon does when it starts.
    ///
    /// - Throws: `LedgerError.locked` while a daemon runs, `.newer` for one of a newer version.
    package func migrate() throws(LedgerError) -> (from: Int, to: Int) {
        let lock: SharedDescriptor
        do throws(PosixError) {
            let path = "\(directory)/lock"
            let isNew = File.size(path) == nil
            lock = try File.lock(path)
            // One that root makes must not keep the daemon out.
            if isNew { File.giveToOwner(of: self.path, path) }
        } catch {
            throw error.wouldBlock ? .locked(path: directory) : .directory(error)
        }
        defer { withExtendedLifetime(lock) {} }
        do {
            let connection = try Connection(path: path, mode: .readWrite, busyTimeout: 2_000)
            try connection.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
            let before = try Schema.knownVersion(connection, path: path)
            try Schema.migrate(connection, path: path)
            return (before, Self.knownVersion)
        } catch let error as LedgerError {
            throw error
        } catch let error as SQLiteError {
            throw error.isCorrupt ? .damaged(path: path, finding: error.message) : .storage(error)
        } catch {
            throw .damaged(path: path, finding: "\(error)")
        }
    }

    /// Runs a body on a connection that reads.
    func reading<Result>(_ body: (Connection) throws(SQLiteError) -> Result) throws(LedgerError) -> Result {
        do throws(SQLiteError) {
            return try body(try Connection(path: path, mode: .readOnly))
        } catch {
            throw error.isCorrupt ? .damaged(path: path, finding: error.message) : .storage(error)
        }
    }

    /// Findings told at the most: a file that is damaged badly has as many as it has rows.
    private static let findingLimit = 20

    static func findings(_ connection: Connection, thorough: Bool) throws(SQLiteError) -> [String] {
        let pragma = thorough ? "integrity_check" : "quick_check"
        let rows = try connection.rows("PRAGMA \(pragma)(\(findingLimit))") { $0.text(0) ?? "" }
        guard rows == ["ok"] else { return rows }
        guard thorough else { return [] }
        let references = try connection.rows("PRAGMA foreign_key_check") { row in
            "a row of \(row.text(0) ?? "?") refers to a row of \(row.text(2) ?? "?") that is not there"
        }
        return Array(references.prefix(findingLimit))
    }
}
