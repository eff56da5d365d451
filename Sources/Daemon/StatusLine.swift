import Chrono
import Ledger
import Lines
import Posix
import Synchronization
import Systemd

/// What `systemctl status` shows in its line Status: lines, what is paused, what waits to be delivered, the last event.
final class StatusLine: Sendable {
    /// How often it may change, in nanoseconds.
    private static let turn: UInt64 = 1_000_000_000

    private struct State {
        var text = "serving"
        var isLooking = false
        /// A configuration was refused, and the one before it is still in force.
        var isRefused = false
        var turn: EventSource?
    }

    private let executor = QueueExecutor(label: "status")
    private let board: GateBoard
    private let ledger: Ledger
    private let reader: LedgerReader
    private let state = Mutex(State())

    init(board: GateBoard, ledger: Ledger, reader: LedgerReader) {
        self.board = board
        self.ledger = ledger
        self.reader = reader
    }

    /// As it was when last looked at.
    var text: String { state.withLock { $0.text } }

    /// Begins to tell the service manager what changes.
    func start() {
        let turn = EventSource.every(nanoseconds: Self.turn, on: executor) { [weak self] in self?.takeTurn() }
        state.withLock { $0.turn = turn }
    }

    func stop() { state.withLock { $0.turn = nil } }

    /// Whether the last configuration that was to be taken over was refused.
    func note(refusal: Bool) { state.withLock { $0.isRefused = refusal } }

    private func takeTurn() {
        let isFree = state.withLock { state in
            defer { state.isLooking = true }
            return !state.isLooking
        }
        // A ledger that reads slowly is not asked again before it has answered.
        guard isFree else { return }
        Task {
            let new = await look()
            let isNews = state.withLock { state in
                defer { state.text = new }
                state.isLooking = false
                return state.text != new && state.turn != nil
            }
            if isNews { Notifier.status(new) }
        }
    }

    /// How things are now.
    func look() async -> String {
        Self.text(
            counts: board.counts,
            pending: (try? await reader.backlog())?.reduce(0) { $0 + $1.pending },
            lastEvent: try? await reader.lastEvent(),
            trouble: ledger.failure.map { "events cannot be stored: \($0)" }
                ?? (state.withLock { $0.isRefused }
                    ? "the new configuration was refused, the old one is in force" : nil)
        )
    }

    /// `pending`, `lastEvent`: nil when that is not known.
    static func text(counts: [Decision: Int], pending: Int?, lastEvent: Timestamp?, trouble: String?) -> String {
        func many(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        let slowed = counts[.slowed].map { ", \($0) slowed" } ?? ""
        let parts = [
            trouble, "\(many(counts.values.reduce(0, +), "line")), \(counts[.paused] ?? 0) paused\(slowed)",
            pending.map { $0 == 1 ? "1 delivery pending" : "\($0) deliveries pending" },
            lastEvent.map { "last event \($0.rfc3339)" } ?? "no event yet",
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }
}
