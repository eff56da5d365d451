import Chrono
import Crypto
import HTTPServer
import Ledger
import Lines
import Logging
import Posix
import Synchronization

/// What the daemon looks after by itself, now and then.
final class Housekeeping: Sendable {
    /// How often holds, reminders and a ledger that could not be written are looked at, in nanoseconds.
    private static let turn: UInt64 = 1_000_000_000
    /// How often the certificate's end is looked at, and old history removed, in nanoseconds.
    private static let slowTurn: UInt64 = 3_600_000_000_000
    /// How long the first removal of history waits for the start to be over, in nanoseconds.
    private static let firstPruning: UInt64 = 3_000_000_000
    /// Days before a certificate's end at which people are told.
    static let warningDays = [3, 14]

    private struct State {
        var retention: Span
        var ledgerFailed = false
        var isTending = false
    }

    private let executor = QueueExecutor(label: "housekeeping")
    private let state: Mutex<State>
    private let ledger: Ledger
    private let alerts: Alerts
    private let clock: Clock
    private let log: Logger
    private let sources = Mutex<[EventSource]>([])

    init(
        ledger: Ledger,
        certificate: TLSCertificate?,
        alerts: Alerts,
        retention: Span,
        clock: Clock,
        log: Logger
    ) {
        self.ledger = ledger
        self.alerts = alerts
        self.clock = clock
        self.log = log
        state = Mutex(State(retention: retention))
        var started = [EventSource.every(nanoseconds: Self.turn, on: executor) { [weak self] in self?.takeTurn() }]
        let prune: @Sendable () -> Void = { [weak self] in
            if let self { Task { await self.prune() } }
        }
        started.append(.after(nanoseconds: Self.firstPruning, on: executor, prune))
        started.append(.every(nanoseconds: Self.slowTurn, on: executor, prune))
        if let certificate {
            let look: @Sendable () -> Void = { [alerts] in Self.tell(of: certificate.current.secondsLeft, alerts) }
            look()
            started.append(.every(nanoseconds: Self.slowTurn, on: executor, look))
        }
        sources.withLock { $0 = started }
    }

    /// Takes over the retention of a new configuration.
    func adopt(retention: Span) { state.withLock { $0.retention = retention } }

    private func takeTurn() {
        watchLedger()
        let isFree = state.withLock { state in
            defer { state.isTending = true }
            return !state.isTending
        }
        guard isFree else { return }
        Task {
            await Self.tend(ledger, now: clock.now())
            state.withLock { $0.isTending = false }
        }
    }

    private func watchLedger() {
        let failure = ledger.failure
        let failedBefore = state.withLock { state in
            defer { state.ledgerFailed = failure != nil }
            return state.ledgerFailed
        }
        guard let failure else {
            if failedBefore {
                log.notice("the ledger can be written again", metadata: LogKind.ledgerRecovered.about())
                alerts.settle("ledger_failed")
                alerts.raise(
                    "ledger_recovered",
                    "the ledger can be written again",
                    remedy: "Nothing: Linq was asked to retry what could not be stored.",
                    atMostEvery: .zero
                )
            }
            return
        }
        alerts.raise(
            "ledger_failed",
            "events cannot be stored: \(failure)",
            remedy: "Make room on the disk, or repair it. Linq is asked to retry, which it does for half an hour.",
            direct: true
        )
        // A disk that was full may have room again, and no delivery may be coming in to find out.
        ledger.remember("probe", "the ledger could be written again")
    }

    /// Lets go of lines whose hold or flapping has come to its end, reminds, and tells what was muted.
    ///
    /// What cannot be written is tried again at the next turn.
    static func tend(_ ledger: Ledger, now: Timestamp) async {
        for (line, action) in (try? await ledger.endedHolds(at: now)) ?? [] {
            let reason = action == .holdEnded ? "the hold has ended" : "the line has been quiet for long enough"
            let signature = Signature(author: "linewarden", reason: reason)
            _ = try? await ledger.operate(OperatorOrder(action, line, signature))
        }
        if (try? await ledger.needsTending()) == true { try? await ledger.tend() }
    }

    /// Removes old history in small steps, with pauses between that leave most of the time to acknowledgements.
    private func prune() async {
        var round = PruningRound(cutoff: clock.now() - state.withLock { $0.retention })
        while !round.isOver, !sources.withLock({ $0.isEmpty }) {
            let start = clock.steady()
            guard let next = try? await ledger.prune(round) else { return }
            round = next
            await executor.pause(max(.milliseconds(2), clock.steady().since(start)) * 4)
        }
        if round.removed > 0 {
            log.info(
                "removed \(round.removed) rows of history that are past the retention",
                metadata: LogKind.historyRemoved.about()
            )
        }
    }

    /// Ends all of it.
    func stop() { sources.withLock { $0 = [] } }

    /// Tells people when a certificate ends soon, once a day.
    static func tell(of secondsLeft: Int, _ alerts: Alerts) {
        let days = secondsLeft / 86_400
        guard let warning = warningDays.first(where: { days < $0 }) else { return }
        alerts.raise(
            "certificate_\(warning)_days",
            secondsLeft < 0
                ? "the certificate of the webhook listener has ended"
                : "the certificate of the webhook "
                    + "listener ends in \(days == 1 ? "1 day" : "\(days) days")",
            remedy:
                "Renew it, then run linewarden reload. Linq does not deliver to a server whose certificate has ended.",
            atMostEvery: .days(1)
        )
    }
}
