package import Posix
package import SQLite

/// Why the ledger cannot be opened or written, in words that say what to do.
package enum LedgerError: Error, Sendable, CustomStringConvertible {
    /// The directory cannot be made or written.
    case directory(PosixError)
    /// There is none.
    case absent(path: String)
    /// This user may not read it.
    case unreadable(PosixError)
    /// Another process has it open.
    case locked(path: String)
    /// It was written by a newer linewarden.
    case newer(path: String, version: Int, known: Int)
    /// Its contents are damaged: what `PRAGMA quick_check` said.
    case damaged(path: String, finding: String)
    case storage(SQLiteError)
    /// More waits to be written than memory should hold.
    case overloaded

    package var description: String {
        switch self {
        case .directory(let error):
            "the state directory cannot be used: \(error); "
                + "create it and give it to the user linewarden runs as, or change state.directory"
        case .absent(let path): "there is no ledger at \(path): is this the state.directory of the daemon?"
        case .unreadable(let error):
            "the ledger cannot be read: \(error): ask as root, or as the user linewarden runs as"
        case .locked(let path):
            "\(path) is locked by another process: is linewarden running already with this state.directory?"
        case .newer(let path, let version, let known):
            "\(path) has schema version \(version) and this linewarden knows up to \(known): "
                + "it was written by a newer version; install that one again, or restore a backup"
        case .damaged(let path, let finding):
            "\(path) is damaged (\(finding)): stop, copy the file away, and restore a backup or start with an empty one"
        case .storage(let error): advice(on: error)
        case .overloaded: "too many events wait for the disk"
        }
    }

    /// What a failure of the ledger at `path` means to people, whichever statement met it.
    package static func explain(_ error: any Error, path: String) -> any Error {
        guard let error = error as? SQLiteError else { return error }
        return error.isCorrupt ? LedgerError.damaged(path: path, finding: error.message) : LedgerError.storage(error)
    }

    private func advice(on error: SQLiteError) -> String {
        if error.isFull { return "the disk is full: make room where state.directory lies (\(error))" }
        if error.isReadOnly { return "the ledger may not be written: check its owner and mount (\(error))" }
        if error.isBusy { return "another process locks the ledger: end it (\(error))" }
        if error.isCorrupt { return "the ledger is damaged: stop and restore a backup (\(error))" }
        return "the ledger cannot be written (\(error))"
    }
}
