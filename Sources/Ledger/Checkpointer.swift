import Posix
import SQLite
import Synchronization

/// Moves pages from the write-ahead log into the database on a connection and a queue of its own, so that no
/// acknowledgement waits for it.
actor Checkpointer {
    /// Pages of 4 KiB after which the log is worth moving: SQLite's own default.
    private static let threshold = 1_000

    private nonisolated let executor = QueueExecutor(label: "checkpoint")
    private nonisolated let isRunning = Atomic(false)
    private let connection: Connection

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(path: String) throws(SQLiteError) {
        connection = try Connection(path: path, mode: .readWrite)
        try connection.execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
    }

    /// Starts a checkpoint if the log has grown enough and none is under way.
    nonisolated func consider(loggedPages: Int) {
        guard loggedPages >= Self.threshold, !isRunning.exchange(true, ordering: .relaxed) else { return }
        executor.run {
            self.assumeIsolated { $0.run() }
            self.isRunning.store(false, ordering: .relaxed)
        }
    }

    private func run() {
        // A fault (disk full, say) is met again by the next commit, which reports it.
        _ = try? connection.checkpoint()
    }
}
