import Chrono
import Metrics
import Posix
import SQLite
import Synchronization

/// Moves pages from the write-ahead log into the database on a connection and a queue of its own, so that no
/// acknowledgement waits for the bulk of that work.
///
/// While events stream in, the log never stands still, and only a log that has been moved to its last page starts again
/// from the beginning of its file. So when few pages are left the writer is asked to move these itself, between two
/// commits; without that the file would grow for as long as the stream lasts.
actor Checkpointer {
    /// Pages of 4 KiB after which the log is worth moving.
    private static let threshold = 4_000
    /// Passes over what came in meanwhile before the writer is asked for the rest.
    private static let passes = 2

    private nonisolated let executor = QueueExecutor(label: "checkpoint")
    private nonisolated let isRunning = Atomic(false)
    private nonisolated let isNearlyDone = Atomic(false)
    private let connection: Connection
    private let clock: Clock
    private let instruments: Ledger.Instruments

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(path: String, clock: Clock, _ instruments: Ledger.Instruments) throws(SQLiteError) {
        self.clock = clock
        self.instruments = instruments
        connection = try Connection(path: path, mode: .readWrite)
        try connection.execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
    }

    /// Looks at the log after a commit; called by the writer.
    ///
    /// - Returns: Whether the writer is to move what is left, now.
    nonisolated func shouldFinish(loggedPages: Int) -> Bool {
        if isNearlyDone.exchange(false, ordering: .relaxed) { return true }
        guard loggedPages >= Self.threshold, !isRunning.exchange(true, ordering: .relaxed) else { return false }
        executor.run { self.assumeIsolated { $0.run() } }
        return false
    }

    /// Returns when no pages are being moved: two cannot move them at a time.
    func settle() {}

    private func run() {
        let start = clock.steady()
        for _ in 0..<Self.passes {
            // A fault (disk full, say) is met again by the next commit, which reports it.
            guard (try? connection.checkpoint()) != nil else { break }
        }
        instruments.checkpoints.add()
        instruments.checkpointSeconds.observe(clock.steady().since(start).seconds)
        isNearlyDone.store(true, ordering: .relaxed)
        isRunning.store(false, ordering: .relaxed)
    }
}
