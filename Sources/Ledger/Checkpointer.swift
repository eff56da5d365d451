import Chrono
import Metrics
import Posix
import SQLite
import Synchronization

/// Moves pages from the write-ahead log into the database on a connection and a queue of its own, so that no
/// acknowledgement waits for the bulk of that work; a little at a time, because the disk that takes them is the one that
/// commits wait for.
///
/// While events stream in, the log never stands still, and only a log that has been moved to its last page starts again
/// from the beginning of its file. So when it is long and few pages are left the writer is asked to move these itself,
/// between two commits; without that the file would grow for as long as the stream lasts.
actor Checkpointer {
    /// Pages of 4 KiB that are moved at a time, about: the disk is busy with them for less than a millisecond.
    private static let step = 250
    /// Pages after which the log is to start again.
    static let length = 4_000

    private nonisolated let executor = QueueExecutor(label: "checkpoint")
    private nonisolated let isRunning = Atomic(false)
    private nonisolated let isNearlyDone = Atomic(false)
    /// Pages of the log when it was last moved, as far as readers let it.
    private nonisolated let visited = Atomic(0)
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
        // The log has started again.
        if loggedPages < visited.load(ordering: .relaxed) { visited.store(0, ordering: .relaxed) }
        guard loggedPages - visited.load(ordering: .relaxed) >= Self.step,
            !isRunning.exchange(true, ordering: .relaxed)
        else { return false }
        executor.run { self.assumeIsolated { $0.run() } }
        return false
    }

    /// Returns when no pages are being moved: two cannot move them at a time.
    func settle() {}

    private func run() {
        let start = clock.steady()
        // A fault (disk full, say) is met again by the next commit, which reports it.
        if let reached = try? connection.checkpoint(), (try? connection.syncDatabase()) != nil {
            visited.store(reached.logged, ordering: .relaxed)
            if reached.logged >= Self.length { isNearlyDone.store(true, ordering: .relaxed) }
        }
        instruments.checkpoints.add()
        instruments.checkpointSeconds.observe(clock.steady().since(start).seconds)
        isRunning.store(false, ordering: .relaxed)
    }
}
