import Chrono
import Hooks
import Ledger
import Posix

/// Delivers for one hook, and for no other: one that hangs delays nobody else.
///
/// Of each ordering key one delivery is under way at a time. Nothing is kept in memory but what is under way: the ledger
/// is asked for what is due, as much as there is room for.
actor Lane {
    /// How long to wait before an outcome that the ledger could not take is handed to it again.
    private static let settlePause = Span.seconds(1)
    /// Pages in one message at the most.
    private static let groupLimit = 40

    private nonisolated let executor: QueueExecutor
    private let settings: LaneSettings
    private let hook: any Hook
    private let ledger: Ledger
    private let time: DeliveryTime
    private let detour: Detour?
    private let report: @Sendable (DeliveryReport) -> Void
    private var health: HookHealth
    private var pace: Pace
    private var underWay: Set<String> = []
    /// What was settled while the ledger was being asked: its answer may still name them.
    private var settledMeanwhile: Set<Int64> = []
    /// When the pages that are gathering go out; nil: none are gathering.
    private var pagesLeaveAt: Timestamp?
    private var isAsking = false
    private var mustAskAgain = false
    private var isStopped = false
    private var alarm: EventSource?
    private var idle: [CheckedContinuation<Void, Never>] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// `state`: what an earlier run learnt about the hook.
    ///
    /// `detour`: where pages go that the hook does not take; nil: nowhere.
    init(
        _ settings: LaneSettings,
        hook: any Hook,
        state: HookState?,
        ledger: Ledger,
        time: DeliveryTime,
        detour: Detour?,
        report: @escaping @Sendable (DeliveryReport) -> Void
    ) {
        executor = QueueExecutor(label: "hook \(settings.name)")
        self.settings = settings
        self.hook = hook
        self.ledger = ledger
        self.time = time
        self.detour = detour
        self.report = report
        health = HookHealth(state, probeEvery: settings.retry.broken)
        pace = Pace(interval: settings.pace)
    }

    /// Whether the lane still gets round to its work; what its hook waits for does not count.
    nonisolated var pulse: Pulse { Pulse(executor.label, on: executor) }

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

    /// Stops, waits for what is under way, as far as it ends in time, and has the hook cut off the rest.
    func finish(within span: Span) async {
        stop()
        await waitUntilIdle(within: span)
        await hook.close()
    }

    private func waitUntilIdle(within span: Span) async {
        if underWay.isEmpty { return }
        let patience = EventSource.after(nanoseconds: span.nanoseconds, on: executor) {
            [weak self] in self?.assumeIsolated { $0.reportIdle() }
        }
        await withCheckedContinuation { idle.append($0) }
        withExtendedLifetime(patience) {}
    }

    private func reportIdle() {
        idle.forEach { $0.resume() }
        idle = []
    }

    private var room: Int { max(0, hook.concurrency - underWay.count) }

    private func ask() async {
        settledMeanwhile = []
        // One moment for all questions: what became due between two moments would be in no answer.
        let now = time.now
        if health.isBroken { await detour?.take(from: settings.name, ledger) }
        var wakeAt: Timestamp?
        func look(at time: Timestamp) { wakeAt = min(wakeAt ?? time, time) }
        do {
            if health.waitsUntil > now {
                look(at: health.waitsUntil)
            } else {
                for channel in [DeliveryDraft.Channel.control, .alert] where room > 0 {
                    if channel == .alert, !health.allowsPages(at: now) { continue }
                    for delivery in try await due(channel, now, limit: room) where isFree(delivery) && room > 0 {
                        guard pace.takes(now) else {
                            look(at: pace.next)
                            break
                        }
                        underWay.insert(delivery.orderingKey)
                        Task { await attempt(delivery) }
                    }
                }
                if let later = try await sendPages(now) { look(at: later) }
            }
            if let next = try await ledger.nextDue(settings.name, after: now) { look(at: next) }
            if room == 0 { return }
            if let wakeAt { setAlarm(after: max(wakeAt - time.now, .milliseconds(1))) }
        } catch {
            setAlarm(after: Self.settlePause)
        }
    }

    /// Starts pages that are due, together where they came together; gives when to look again, if it is known.
    private func sendPages(_ now: Timestamp) async throws -> Timestamp? {
        guard room > 0 else { return nil }
        guard health.allowsPages(at: now) else { return health.probeAt }
        let groups = hook.groupsPages && settings.groupWait > .zero
        // While a hook is broken, one page tells whether it has been repaired.
        let limit = health.isBroken ? 1 : groups ? Self.groupLimit : room
        let pages = try await due(.page, now, limit: limit).filter(isFree)
        if pages.isEmpty {
            pagesLeaveAt = nil
            return nil
        }
        let leaveAt = pagesLeaveAt ?? now + settings.groupWait
        pagesLeaveAt = leaveAt
        if leaveAt > now { return leaveAt }
        guard pace.takes(now) else { return pace.next }
        pagesLeaveAt = nil
        if health.isBroken { health.noteProbe(at: now) }
        // What its receiver may have seen stays what it is, a group or a page by itself: it is known by its id.
        let old = pages.filter { $0.isBundle || groups && $0.mayHaveArrived }
        let gathers = groups && old.isEmpty
        let most = gathers ? Self.groupLimit : pace.isLimited ? 1 : room
        let batch = Array((old.isEmpty ? pages : old).prefix(most))
        let keys = batch.map(\.orderingKey)
        underWay.formUnion(keys)
        do {
            let bundle: Bundler = { [hook] pages in Grouping.payload(of: pages, for: hook, now) }
            let claimed = try await ledger.claim(batch, gathers ? bundle : nil)
            if gathers, claimed.count == 1, let carrier = claimed.first, carrier.isBundle {
                Task { await attempt(carrier, keys: keys) }
            } else {
                for page in claimed { Task { await attempt(page) } }
                underWay.subtract(Set(keys).subtracting(claimed.map(\.orderingKey)))
            }
        } catch {
            underWay.subtract(keys)
            throw error
        }
        // There may be more than went out now.
        return pages.count > batch.count || pages.count == limit ? max(pace.next, now + .milliseconds(1)) : nil
    }

    private func due(_ channel: DeliveryDraft.Channel, _ now: Timestamp, limit: Int) async throws -> [DueDelivery] {
        // Those under way are due as well, and must not take the places of others.
        try await ledger.due(settings.name, channel, at: now, limit: limit + underWay.count)
    }

    private func isFree(_ delivery: DueDelivery) -> Bool {
        !isStopped && !settledMeanwhile.contains(delivery.seq) && !underWay.contains(delivery.orderingKey)
    }

    private func setAlarm(after span: Span) {
        alarm = EventSource.after(nanoseconds: span.nanoseconds, on: executor) { [weak self] in
            Task { await self?.wake() }
        }
    }

    private func attempt(_ delivery: DueDelivery, keys: [String]? = nil) async {
        let start = time.steady
        let startedAt = time.wall
        var payload = delivery.payload
        if hook.followsOpening, delivery.channel == .page, let opening = try? await ledger.opening(before: delivery) {
            payload = hook.readdress(payload, like: opening)
        }
        let outcome = await hook.deliver(
            Attempt(
                id: delivery.id,
                type: delivery.type,
                line: delivery.line,
                payload: payload,
                now: startedAt
            )
        )
        // Cut off by the daemon's own end: that says nothing about the receiver, and the ledger is about to be closed.
        if isStopped, case .retry(_, let failure) = outcome, failure.label == "cancelled" { return reportIdle() }
        let news = health.learn(outcome, now: time.now, wall: time.wall)
        let settlement = settings.settlement(of: delivery, outcome, health, time)
        let duration = time.steady.since(start)
        report(
            DeliveryReport(
                hook: settings.name,
                delivery: delivery,
                outcome: outcome,
                settlement: settlement,
                duration: duration,
                news: news
            )
        )
        if settings.callsForDetour(delivery, settlement, time), let detour {
            // Before the settlement: a group that is given up is no group any more.
            while !(await detour.take(delivery, ledger)), !isStopped { await executor.pause(Self.settlePause) }
        }
        let record = AttemptRecord(outcome, at: startedAt, duration: duration)
        let state = health.changed ? (settings.name, health.state) : nil
        while let failure = await ledger.settle(delivery, settlement, record, hook: state), !isStopped {
            report(DeliveryReport(hook: settings.name, delivery: delivery, unsettled: failure))
            await executor.pause(Self.settlePause)
        }
        underWay.subtract(keys ?? [delivery.orderingKey])
        settledMeanwhile.insert(delivery.seq)
        if underWay.isEmpty { reportIdle() }
        await wake()
    }
}
