import Chrono
import Posix
import SQLite

// Rows of lines follow their events in quiet moments, a part at a time.
extension Ledger {
    /// Rows written in one go, so that an event that comes meanwhile waits for a millisecond or two.
    private static let part = 256

    /// Runs a body in one transaction; what is known of lines follows it, or is as it was before.
    func transact(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
        do throws(SQLiteError) {
            try connection.transaction(body)
            recorder.lines.commit()
        } catch {
            recorder.lines.rollBack()
            throw error
        }
    }

    /// Brings a part of the rows up to date; true when a round is over.
    @discardableResult
    func settleLines() throws(SQLiteError) -> Bool {
        var isOver = false
        try transact { () throws(SQLiteError) in isOver = try recorder.lines.settle(atMost: Self.part) }
        return isOver
    }

    /// Brings all rows up to date, in parts that others may come between.
    nonisolated func settleAllLines() async throws(LedgerError) {
        while true {
            let isOver = try await write { context, _ throws(SQLiteError) in
                try context.tools.recorder.lines.settle(atMost: Self.part)
            }
            if isOver { return }
        }
    }

    /// Sees to it that rows are brought up to date before long.
    func settleLinesSoon() {
        guard recorder.lines.hasTail, !willSettleLines else { return }
        willSettleLines = true
        executor.run(after: settlingDelay.nanoseconds) { [weak self] in self?.assumeIsolated { $0.settleInParts() } }
    }

    private func settleInParts() {
        // A fault is met by the next event too, which reports it; rows can wait.
        guard let isOver = try? settleLines(), !isOver else {
            willSettleLines = false
            return settleLinesSoon()
        }
        executor.run { [weak self] in self?.assumeIsolated { $0.settleInParts() } }
    }
}
