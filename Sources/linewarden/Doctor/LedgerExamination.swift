import Ledger
import Posix
import Settings

/// Whether the ledger can be kept where it should be, and is sound; a daemon that has it open is not disturbed.
struct LedgerExamination: Examination {
    /// Below this what arrives may soon not be stored.
    private static let enoughBytes = 500_000_000
    /// A larger file takes more than a second to check.
    private static let checkedBytes = 1_000_000_000

    let settings: Settings?

    let name = "ledger"

    func verdicts() async -> [Verdict] {
        guard let directory = settings?.stateDirectory else { return [.skipped(name, Patient.needsConfiguration)] }
        guard directory.hasPrefix("/") else { return [.skipped(name, "needs state.directory")] }
        if let failure = File.isUsable(directory: directory) {
            return [.wrong(name, LedgerError.directory(failure).description)]
        }
        var verdicts: [Verdict] = []
        let free = File.freeBytes(directory) ?? .max
        if free < Self.enoughBytes {
            let found = "\(size(free)) are free where \(directory) lies"
            verdicts.append(.warning(name, found, "Make room: when nothing is left, nothing can be acknowledged."))
        }
        let path = "\(directory)/linewarden.db"
        var found = "\(directory) can be used; the first start makes the ledger"
        if let bytes = File.size(path) {
            if let failure = File.isChangeable(path) {
                let remedy = "Give it to the user that linewarden runs as, or run doctor as that user."
                return verdicts + [.wrong(name, "\(path) cannot be used: \(failure.reason)", remedy)]
            }
            do {
                found = try await look(path, bytes)
            } catch {
                let reason = LedgerError.explain(error, path: path)
                return verdicts + [.wrong(name, (reason as? LedgerError)?.description ?? "\(reason)")]
            }
        }
        let asRoot = Process.isRoot ? " (looked at as root, who may do more than others)" : ""
        return verdicts.isEmpty ? [.ok(name, "\(found), \(size(free)) are free\(asRoot)")] : verdicts
    }

    /// Whether all that is known is in the file itself, so that it can be read without a trace: its log holds nothing.
    static func isIdle(_ path: String) -> Bool { File.size("\(path)-wal") ?? 0 == 0 }

    /// What there is to tell of a ledger that is sound.
    private func look(_ path: String, _ bytes: Int) async throws -> String {
        if Self.isIdle(path) {
            // Whoever begins to write just now would make it look damaged: then it is looked at once more.
            if let words = try? await look(path, bytes, isIdle: true) { return words }
        }
        return try await look(path, bytes, isIdle: false)
    }

    private func look(_ path: String, _ bytes: Int, isIdle: Bool) async throws -> String {
        let reader = try LedgerReader(path: path, isIdle: isIdle)
        let (version, known) = try await reader.schemaVersion(path: path)
        var words = "\(path) has \(size(bytes)), schema version \(version)"
        if version < known { words += " (the next start brings it to \(known))" }
        guard bytes < Self.checkedBytes else { return "\(words), and was not checked because of its size" }
        if let finding = try await reader.damage() { throw LedgerError.damaged(path: path, finding: finding) }
        return "\(words), and is sound"
    }

    private func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<10_000_000: "\(bytes / 1_000) kB"
        case ..<10_000_000_000: "\(bytes / 1_000_000) MB"
        default: "\(bytes / 1_000_000_000) GB"
        }
    }
}
