package import Chrono
package import Logging
package import Posix
import Synchronization

/// Hands log lines over to a queue of their own, so that whoever writes one never waits for its reader.
///
/// A pipe that nobody empties, or a journal that stalls, would else hold up the ledger. What there is no room for is lost
/// and counted, and the count follows the lines that waited.
package final class LogQueue: Sendable {
    /// One thing to be told.
    package struct Entry: Sendable {
        package let time: Timestamp
        package let level: Logger.Level
        package let message: String
        /// Sorted by key.
        package let fields: [(key: String, value: String)]
    }

    private struct State {
        var waiting: [Entry] = []
        var lost = 0
        var isWriting = false
    }

    private let executor = QueueExecutor(label: "log")
    private let capacity: Int
    private let clock: Clock
    private let write: @Sendable (Entry) -> Void
    private let state = Mutex(State())

    /// `capacity`: lines that wait at the most.
    ///
    /// `write`: writes one, and may wait; called on one queue.
    package init(capacity: Int = 4_096, clock: Clock = .system, write: @escaping @Sendable (Entry) -> Void) {
        self.capacity = capacity
        self.clock = clock
        self.write = write
    }

    /// Takes a line, or counts it as lost; never waits.
    func take(_ entry: Entry) {
        let mustStart = state.withLock { state in
            guard state.waiting.count < capacity else {
                state.lost += 1
                return false
            }
            state.waiting.append(entry)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { executor.run { self.drain() } }
    }

    /// Waits until what was taken has been written, as far as that happens in time.
    package func flush(within span: Span) async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let patience = QueueExecutor(label: "log patience")
        executor.run { continuation.yield() }
        patience.run(after: span.nanoseconds) { continuation.yield() }
        for await _ in stream { break }
    }

    private func drain() {
        while true {
            let (batch, lost) = state.withLock { state in
                defer { (state.waiting, state.lost) = ([], 0) }
                if state.waiting.isEmpty { state.isWriting = false }
                return (state.waiting, state.lost)
            }
            batch.forEach(write)
            if lost > 0 { write(loss(of: lost)) }
            if batch.isEmpty { return }
        }
    }

    private func loss(of count: Int) -> Entry {
        Entry(
            time: clock.now(),
            level: .warning,
            message: (count == 1 ? "1 line was lost" : "\(count) lines were lost")
                + ": whoever reads the log did not keep up",
            fields: [(LogKind.key, LogKind.linesLost.rawValue)]
        )
    }
}
