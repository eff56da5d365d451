import Chrono
import Hooks
import Ledger
import Posix

/// Delivers for one hook, and for no other: one that hangs delays nobody else.
///
/// Of each ordering key one delivery is under way at a time. Nothing is kept in memory but what is under way: the ledger
/// is asked for what is due, as much as there is room for.
actor Lane {
    /// How long to wait before an outcome that the ledger could not take is handed to it again, in nanoseconds.
    private static let settlePause: UInt64 = 1_000_000_000

    private nonisolated let executor: QueueExecutor
    private let name: String
    private let hook: any Hook
    private let retry: RetryPolicy
    private let ledger: Ledger
    private let time: DeliveryTime
    private let report: @Sendable (DeliveryReport) -> Void
    private var underWay: Set<String> = []
    /// What was settled while the ledger was being asked: its answer may still name them.
    private var settledMeanwhile: Set<Int64> = []
    private var isAsking = false
    private var mustAskAgain = false
    private var isStopped = false
    private var alarm: EventSource?
    private var idle: [CheckedContinuation<Void, Never>] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        name: String,
        hook: any Hook,
        retry: RetryPolicy,
        ledger: Ledger,
        time: DeliveryTime,
        report: @escaping @Sendable (DeliveryReport) -> Void
    ) {
        executor = QueueExecutor(label: "hook \(name)")
        self.name = name
        self.hook = hook
        self.retry = retry
        self.ledger = ledger
        self.time = time
        self.report = report
    }

    /// Starts what is due; to be called whenever something may have become due.
    func wake() async {
        mustAskAgain = true
        if isAsking { return }
        isAsking = true
        defer { isAsking = false }
        while mustAskAgain, !isStopped {
            mustAskAgain = false
            await ask()
        }
    }

    /// Starts nothing more.
    ///
    /// What is under way settles by itself, or is sent again after the next start.
    func stop() {
        isStopped = true
        alarm = nil
    }

    /// Stops, and waits for what is under way, as far as it ends in time.
    func finish(within span: Span) async {
        stop()
        if underWay.isEmpty { return }
        let patience = EventSource.after(nanoseconds: UInt64(max(0, span.microseconds)) * 1_000, on: executor) {
            [weak self] in self?.assumeIsolated { $0.reportIdle() }
        }
        await withCheckedContinuation { idle.append($0) }
        withExtendedLifetime(patience) {}
    }

    private func reportIdle() {
        idle.forEach { $0.resume() }
        idle = []
    }

    private func ask() async {
        guard underWay.count < hook.concurrency else { return }
        settledMeanwhile = []
        // One moment for both questions: what became due between two moments would be in neither answer.
        let now = time.now
        // Those under way are due as well, and must not take the places of others.
        let due = try? await ledger.due(name, at: now, limit: hook.concurrency + underWay.count)
        guard let due else { return setAlarm(after: Self.settlePause) }
        for delivery in due where !isStopped && !settledMeanwhile.contains(delivery.seq) {
            if underWay.count == hook.concurrency { break }
            if underWay.insert(delivery.orderingKey).inserted { Task { await attempt(delivery) } }
        }
        do {
            guard let next = try await ledger.nextDue(name, after: now) else { return }
            setAlarm(after: UInt64(max(next - time.now, .milliseconds(1)).microseconds) * 1_000)
        } catch {
            setAlarm(after: Self.settlePause)
        }
    }

    private func setAlarm(after nanoseconds: UInt64) {
        alarm = EventSource.after(nanoseconds: nanoseconds, on: executor) { [weak self] in
            Task { await self?.wake() }
        }
    }

    private func attempt(_ delivery: DueDelivery) async {
        let start = time.steady
        let outcome = await hook.deliver(
            Attempt(
                id: delivery.id,
                type: delivery.type,
                line: delivery.line,
                payload: delivery.payload,
                now: time.wall
            )
        )
        // Cut off by the daemon's own end: that says nothing about the receiver, and the ledger is about to be closed.
        if isStopped, case .retry(_, let failure) = outcome, failure.label == "cancelled" { return reportIdle() }
        let settlement = settlement(of: delivery, outcome)
        report(
            DeliveryReport(
                hook: name,
                delivery: delivery,
                outcome: outcome,
                settlement: settlement,
                duration: time.steady.since(start)
            )
        )
        while let failure = await ledger.settle(delivery, settlement), !isStopped {
            report(DeliveryReport(hook: name, delivery: delivery, unsettled: failure))
            await pause()
        }
        underWay.remove(delivery.orderingKey)
        settledMeanwhile.insert(delivery.seq)
        if underWay.isEmpty { reportIdle() }
        await wake()
    }

    private func settlement(of delivery: DueDelivery, _ outcome: Outcome) -> Settlement {
        switch outcome {
        case .delivered: return .delivered
        case .failed(let failure), .broken(let failure): return .dead(error: failure.description)
        case .retry(let after, let failure):
            // By the clock that is further back: one that was wrong and is set right ages nothing.
            if min(time.wall, time.now) - delivery.createdAt >= retry.giveUpAfter {
                return .dead(error: "given up after \(retry.giveUpAfter.phrase): \(failure.description)")
            }
            let wait = after ?? retry.delay(failures: delivery.attempts + 1, random: .random(in: 0...1))
            return .retry(notBefore: time.now + wait, error: failure.description)
        }
    }

    private func pause() async {
        var timer: EventSource?
        await withCheckedContinuation { continuation in
            timer = EventSource.after(nanoseconds: Self.settlePause, on: executor) { continuation.resume() }
        }
        withExtendedLifetime(timer) {}
    }
}
