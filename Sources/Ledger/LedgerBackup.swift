package import Posix
import SQLite

/// Why there is no backup; nothing was left behind.
package enum BackupError: Error, Sendable, CustomStringConvertible {
    /// Something has its name already.
    case taken(path: String)
    /// It cannot be written where it was wanted.
    case target(PosixError)
    /// The ledger could not be read, or the copy not be written.
    case ledger(LedgerError)
    /// The copy has flaws: the ledger has them too.
    case unsound(findings: [String])

    package var description: String {
        switch self {
        case .taken(let path): "\(path) is there already, and a backup replaces nothing: choose another name"
        case .target(let error): "the backup cannot be written: \(error)"
        case .ledger(let error): "the ledger cannot be copied: \(error)"
        case .unsound(let findings):
            "the copy is damaged, and so probably is the ledger: \(findings.joined(separator: "; ")); "
                + "see linewarden ledger check"
        }
    }
}

extension LedgerFile {
    /// Told how much of the work is done, from 0 to below 1; nil when it has just begun.
    package typealias Progress = (Double?) -> Void

    /// Copies it, as it is at one moment, into a file of its own that can simply be put in its place.
    ///
    /// A daemon may be writing meanwhile, and waits for nothing. The copy is compact, is checked, and is on the disk
    /// when it gets its name: what has the name is whole.
    ///
    /// - Returns: Bytes of the copy.
    @discardableResult
    package func backup(to target: String, progress: Progress = { _ in }) throws(BackupError) -> Int {
        guard !File.exists(target) else { throw .taken(path: target) }
        let unfinished = "\(target).\(Process.identifier).unfinished"
        do throws(PosixError) {
            // SQLite fills an empty file, and would make it readable for everybody.
            try File.makeExclusively(unfinished, mode: 0o640)
        } catch {
            throw .target(error)
        }
        do throws(BackupError) {
            try copy(to: unfinished, progress)
            try verify(unfinished)
            do throws(PosixError) {
                try File.publish(unfinished, as: target)
            } catch {
                throw error.code == PosixError.exists ? .taken(path: target) : .target(error)
            }
        } catch {
            for part in ["", "-journal"] { try? File.remove(unfinished + part) }
            throw error
        }
        return File.size(target) ?? 0
    }

    private func copy(to path: String, _ progress: Progress) throws(BackupError) {
        do throws(LedgerError) {
            try reading { connection throws(SQLiteError) in
                progress(nil)
                try withoutActuallyEscaping(progress) { progress throws(SQLiteError) in
                    let effort = try Effort(connection, report: progress)
                    defer { withExtendedLifetime(effort) {} }
                    try connection.prepare("VACUUM INTO ?").run(.text(path))
                }
            }
        } catch {
            throw .ledger(error)
        }
    }

    private func verify(_ path: String) throws(BackupError) {
        let findings: [String]
        do throws(SQLiteError) {
            findings = try Self.findings(try Connection(path: path, mode: .readOnly), thorough: false)
        } catch {
            throw .unsound(findings: [error.message])
        }
        if !findings.isEmpty { throw .unsound(findings: findings) }
    }
}
