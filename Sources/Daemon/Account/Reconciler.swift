import Settings
import Metrics
import Chrono
import Ledger
import Lines
import Linq
import Logging
import Posix

/// Asks Linq, now and then and whenever something seems to be missing, how its lines and the subscription are.
///
/// A failure changes nothing of what is known: it is counted, and told after a while.
actor Reconciler {
    /// What a turn found.
    enum Outcome: Sendable {
        case compared(ReconcileReport)
        case failed(String)
    }

    /// How long a delivery may be on its way behind a list that shows its effect.
    private static let lateness = Span.seconds(30)
    /// The time between two comparisons at the least.
    private static let rest = Span.seconds(1)
    /// How long Linq may be silent before people are told.
    private static let patience = Span.minutes(15)

    private nonisolated let executor = QueueExecutor(label: "reconciler")
    private let api: PartnerAPI
    private let settings: LinqSettings
    private let tools: AccountTools
    private let watch: SubscriptionWatch
    /// Deliveries about a line are missing.
    private let onGap: @Sendable (PhoneNumber) -> Void
    private(set) var status = AccountStatus()
    private var alarm: EventSource?
    private var current: Task<Outcome, Never>?
    private var next: Task<Outcome, Never>?
    private var ended: Steady?
    private var isStopped = false
    /// Lines that the list before this one did not name although they had been in it.
    private var absent: Set<PhoneNumber> = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        _ settings: LinqSettings,
        _ api: PartnerAPI,
        _ tools: AccountTools,
        onGap: @escaping @Sendable (PhoneNumber) -> Void
    ) {
        self.onGap = onGap
        self.settings = settings
        self.api = api
        self.tools = tools
        watch = SubscriptionWatch(settings, api, tools)
    }

    /// Begins: at once, and then every `reconcile_every`.
    func start() {
        alarm = .every(nanoseconds: settings.reconcileEvery.nanoseconds, on: executor) { [weak self] in
            Task { await self?.reconcile() }
        }
        Task { await reconcile() }
    }

    /// Begins nothing more; what is under way ends by itself.
    func stop() {
        isStopped = true
        alarm = nil
        current?.cancel()
        next?.cancel()
    }

    /// Has a comparison made that begins after this call; several calls share one.
    @discardableResult
    func reconcile() async -> Outcome {
        if let next { return await next.value }
        let before = current
        let task = Task { () -> Outcome in
            _ = await before?.value
            return await self.begin()
        }
        next = task
        return await task.value
    }

    private func begin() async -> Outcome {
        // Many signs of the same trouble come at once.
        if let ended { await executor.pause(Self.rest - tools.clock.steady().since(ended)) }
        current = next
        next = nil
        defer { ended = tools.clock.steady() }
        if isStopped { return .failed("linewarden is stopping") }
        return await turn()
    }

    private func turn() async -> Outcome {
        let askedAt = tools.clock.now()
        do throws(PartnerError) {
            let answer = try await api.listing()
            let lines = answer.lines.compactMap { line in
                PhoneNumber(line.phoneNumber).map { number in
                    ListedLine(number, reputation: line.reputation.map { Reputation($0) })
                }
            }
            let listing = Listing(lines: lines, askedAt: askedAt, traceID: answer.traceID)
            do {
                let report = try await compare(listing)
                succeeded(listing, report)
                await lookAtSubscription(lines)
                return .compared(report)
            } catch {
                return .failed("\(error)")
            }
        } catch {
            return failed(error, askedAt)
        }
    }

    private func compare(_ listing: Listing) async throws -> ReconcileReport {
        let listedBefore = Set(try await tools.reader.listedLines())
        var report = try await tools.ledger.reconcile(listing)
        let gone = listedBefore.subtracting(listing.lines.map(\.line))
        // One list without a line may be a mishap of Linq's, an empty one a wrong key: only a second one counts.
        let retired = listing.lines.isEmpty ? [] : gone.intersection(absent).sorted { $0.description < $1.description }
        if listing.lines.isEmpty, !listedBefore.isEmpty { tellOfEmptyList(listedBefore.count, listing) }
        absent = gone.subtracting(retired)
        if !retired.isEmpty { report.add(try await tools.ledger.retire(retired, listing)) }
        return report
    }

    private func succeeded(_ listing: Listing, _ report: ReconcileReport) {
        status.reconciledAt = listing.askedAt
        status.lines = listing.lines.count
        status.differences += report.differences.count
        if status.failure != nil {
            status.failure = nil
            tools.log.notice("Linq answers again", metadata: LogKind.linqAnswers.about())
        }
        tools.alerts.settle("linq_unreachable")
        tools.instruments.reconciles.add(1, "compared")
        tools.instruments.differences.add(report.differences.count)
        let trace = listing.traceID ?? ""
        if !report.learnt.isEmpty {
            tools.log.notice(
                "Linq lists \(report.learnt.count) lines that are new here",
                metadata: LogKind.linesLearnt.about()
            )
        }
        for line in report.retired {
            tools.log.notice(
                "\(line) has left the account: Linq lists it no more",
                metadata: LogKind.lineLeft.about(["line": "\(line)", "trace": "\(trace)"])
            )
        }
        if report.differences.isEmpty { return }
        for difference in report.differences {
            tools.log.warning(
                "\(difference.line) is \(difference.listed) by Linq's list, and was \(difference.known) by its deliveries",
                metadata: LogKind.lineDiffers.about(["line": "\(difference.line)", "trace": "\(trace)"])
            )
            onGap(difference.line)
        }
        Task { await tellOfMissedDeliveries(report, trace: listing.traceID) }
    }

    /// Tells people that deliveries are being missed, unless they were only late.
    private func tellOfMissedDeliveries(_ report: ReconcileReport, trace: String?) async {
        await executor.pause(min(Self.lateness, settings.reconcileEvery))
        let heard = (try? await tools.reader.heardOf(Set(report.differences.map(\.line)), since: report.place)) ?? []
        let missed = report.differences.filter { !heard.contains($0.line) }
        guard let first = missed.first else { return }
        let more = missed.count > 1 ? ", and \(missed.count - 1) more lines" : ""
        tools.alerts.raise(
            "deliveries_missed",
            "deliveries are being missed: Linq lists \(first.line) as \(first.listed), and no delivery said so\(more)"
                + (trace.map { " (trace \($0))" } ?? ""),
            remedy:
                "linewarden has taken over what the list says; it cannot see FLAGGED there. linewarden doctor looks "
                + "for what keeps the deliveries back."
        )
    }

    private func tellOfEmptyList(_ before: Int, _ listing: Listing) {
        tools.alerts.raise(
            "lines_vanished",
            "Linq lists no line at all, and listed \(before) before"
                + (listing.traceID.map { " (trace \($0))" } ?? ""),
            remedy: "Nothing is changed because of it. See whether linq.api_key is of the right account."
        )
    }

    private func failed(_ error: PartnerError, _ askedAt: Timestamp) -> Outcome {
        let now = tools.clock.now()
        let since = status.failure?.since ?? askedAt
        if status.failure?.reason != error.description {
            tools.log.warning(
                "Linq could not be asked for its lines: \(error)",
                metadata: LogKind.linqUnreachable.about(["trace": "\(error.traceID ?? "")"])
            )
        }
        status.failure = (error.description, since)
        tools.instruments.reconciles.add(1, "failed")
        let patience = min(Self.patience, settings.reconcileEvery * 3)
        if error.isRefusedAccess || now - since >= patience {
            tools.alerts.raise(
                "linq_unreachable",
                "Linq cannot be asked how the lines are, since \(since.rfc3339): \(error)",
                remedy: error.isRefusedAccess
                    ? "Put a valid key into linq.api_key and run linewarden reload."
                    : "Nothing is changed because of it, but a missed delivery would not be noticed. Look at the way to "
                        + "Linq's API, and quote the trace id to Linq's support if there is one."
            )
        }
        return .failed(error.description)
    }

    private func lookAtSubscription(_ lines: [ListedLine]) async {
        guard api.access.version == .v3 else { return }
        if let check = await watch.look(lines.map(\.line.description)) { status.subscription = check }
    }
}
