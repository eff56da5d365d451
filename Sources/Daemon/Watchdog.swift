import Chrono
import Logging
import Posix
import Synchronization

/// Tells the service manager that the daemon is alive, for as long as every part of it is.
///
/// In each round all parts are asked, and only when the last has answered is the watchdog fed. A part that hangs keeps the
/// round open, no other begins, and the service manager does what it was told to do: it ends the daemon and starts it
/// again. Before that a line says who did not answer.
final class Watchdog: Sendable {
    /// Rounds in the time in which one must succeed.
    private static let roundsPerInterval: Int64 = 4

    private struct State {
        var round = 0
        var begun: Steady?
        /// Who has not answered yet in the round that is open.
        var silent: [Int: String] = [:]
        var hasComplained = false
        var turn: EventSource?
    }

    private let executor = QueueExecutor(label: "watchdog")
    private let interval: Span
    private let clock: Clock
    private let log: Logger
    private let pulses: @Sendable () async -> [Pulse]
    private let feed: @Sendable () -> Void
    private let state = Mutex(State())

    /// `interval`: the longest time that may pass between two calls of `feed`.
    ///
    /// `pulses`: the parts as they are now; that this returns is asked of every round too.
    init(
        interval: Span,
        clock: Clock,
        log: Logger,
        feed: @escaping @Sendable () -> Void,
        pulses: @escaping @Sendable () async -> [Pulse]
    ) {
        self.interval = interval
        self.clock = clock
        self.log = log
        self.feed = feed
        self.pulses = pulses
    }

    /// Begins, with a first round at once.
    func start() {
        takeTurn()
        let pause = Span(microseconds: max(1_000, interval.microseconds / Self.roundsPerInterval))
        let turn = EventSource.every(nanoseconds: pause.nanoseconds, on: executor) { [weak self] in self?.takeTurn() }
        state.withLock { $0.turn = turn }
    }

    /// Feeds no more, and asks nobody.
    func stop() {
        state.withLock { state in
            state.turn = nil
            state.round += 1
            state.silent = [:]
        }
    }

    private func takeTurn() {
        let now = clock.steady()
        let (round, silent) = state.withLock { state -> (Int?, [String]) in
            guard state.silent.isEmpty else {
                // Half of the time has passed: it may be the last line that can be written.
                let isLate = state.begun.map { now.since($0).microseconds >= interval.microseconds / 2 } ?? false
                guard isLate, !state.hasComplained else { return (nil, []) }
                state.hasComplained = true
                return (nil, state.silent.values.sorted())
            }
            state.round += 1
            state.begun = now
            state.silent = [0: "deliveries"]
            state.hasComplained = false
            return (state.round, [])
        }
        if !silent.isEmpty {
            log.critical(
                "no answer from: \(silent.joined(separator: ", ")); systemd is going to restart the daemon",
                metadata: LogKind.partHangs.about()
            )
        }
        if let round { Task { await ask(round) } }
    }

    private func ask(_ round: Int) async {
        let parts = await pulses()
        state.withLock { state in
            guard state.round == round else { return }
            for (index, part) in parts.enumerated() { state.silent[index + 1] = part.name }
        }
        for (index, part) in parts.enumerated() { part.ask { [weak self] in self?.take(index + 1, of: round) } }
        take(0, of: round)
    }

    private func take(_ part: Int, of round: Int) {
        let isWhole = state.withLock { state in
            guard state.round == round, state.silent.removeValue(forKey: part) != nil else { return false }
            return state.silent.isEmpty
        }
        if isWhole { feed() }
    }
}
