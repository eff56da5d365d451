import Metrics
import JSON
import Chrono
import Ledger
import Lines
import Linq
import Logging
import Posix

/// Has Linq audit the reputation of lines: to tell people why a line went bad, and to learn what no list tells, that a
/// line is flagged.
///
/// What is wanted stands in the ledger, so that a crash only delays it. Pages never wait for it.
actor Inspector {
    /// Audits under way at a time: Linq limits them, and people read one page after the other.
    private static let concurrency = 2
    /// How old an incident may be that is inspected for the first time, as after an outage of ours.
    private static let newIncident = Span.hours(6)
    /// How long a wish is pursued.
    private static let patience = Span.hours(2)
    /// The first wait for a report; it grows with each look.
    private static let firstLook = Span.seconds(1)
    private static let longestWait = Span.seconds(15)

    private nonisolated let executor = QueueExecutor(label: "inspector")
    private let api: PartnerAPI
    private let tools: AccountTools
    /// Whether audits are made by themselves; else only when somebody asks.
    private let isAutomatic: Bool
    private var underWay: Set<String> = []
    private var isLooking = false
    private var mustLookAgain = false
    private var isStopped = false
    private var alarm: EventSource?
    private var tasks: [String: Task<Void, Never>] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ api: PartnerAPI, automatic: Bool, _ tools: AccountTools) {
        self.api = api
        isAutomatic = automatic
        self.tools = tools
    }

    /// Something may have become wanted: incidents opened, or it is the start.
    func wake() async {
        mustLookAgain = true
        if isLooking { return }
        isLooking = true
        defer { isLooking = false }
        while mustLookAgain, !isStopped {
            mustLookAgain = false
            await look()
        }
    }

    /// Deliveries about a line are missing: whether it is flagged is not known any more.
    func doubt(_ line: PhoneNumber) async {
        guard isAutomatic, (try? await tools.ledger.wantInspection(of: line, .gap)) != nil else { return }
        await wake()
    }

    /// Somebody asks; gives the inspection's id.
    func inspect(_ line: PhoneNumber) async throws(LedgerError) -> String? {
        let id = try await tools.ledger.wantInspection(of: line, .operator)
        Task { await wake() }
        return id
    }

    /// Begins nothing more, and lets go of what is under way: it goes on after the next start.
    func stop() {
        isStopped = true
        alarm = nil
        for task in tasks.values { task.cancel() }
    }

    private func look() async {
        let now = tools.clock.now()
        do {
            if isAutomatic { try await tools.ledger.wantInspections(ofIncidentsSince: now - Self.newIncident) }
            var later: Timestamp?
            for inspection in try await tools.ledger.pendingInspections() where !underWay.contains(inspection.id) {
                if inspection.notBefore > now {
                    later = min(later ?? inspection.notBefore, inspection.notBefore)
                } else if underWay.count < Self.concurrency {
                    underWay.insert(inspection.id)
                    tasks[inspection.id] = Task { await self.pursue(inspection) }
                }
            }
            if let later { setAlarm(later - now) }
        } catch {
            setAlarm(.seconds(5))
        }
    }

    private func setAlarm(_ span: Span) {
        alarm = .after(nanoseconds: max(span, .milliseconds(10)).nanoseconds, on: executor) { [weak self] in
            Task { await self?.wake() }
        }
    }

    private func pursue(_ inspection: Inspection) async {
        do throws(LedgerError) {
            if tools.clock.now() - inspection.createdAt > Self.patience {
                let reason = inspection.detail ?? "there was no report in time"
                try await tools.ledger.conclude(inspection, .failed(reason: reason, traceID: nil))
            } else if let auditID = inspection.auditID {
                try await wait(for: auditID, inspection, startedAt: inspection.startedAt ?? inspection.createdAt)
            } else {
                try await start(inspection)
            }
        } catch {
            tools.log.warning(
                "an inspection of \(inspection.line) could not be written down: \(error)",
                metadata: LogKind.ledgerFailed.about(["line": "\(inspection.line)"])
            )
            await executor.pause(.seconds(5))
        }
        underWay.remove(inspection.id)
        tasks[inspection.id] = nil
        await wake()
    }

    private func start(_ inspection: Inspection) async throws(LedgerError) {
        let startedAt = tools.clock.now()
        let auditID: String
        var trace: String?
        do throws(PartnerError) {
            let ticket = try await api.startAudit(of: inspection.line.description)
            (auditID, trace) = (ticket.id, ticket.traceID)
        } catch {
            // One is running already, perhaps because somebody asked for it by hand.
            guard error.status == 409, let running = error.auditID else { return try await yield(inspection, error) }
            (auditID, trace) = (running, error.traceID)
        }
        try await tools.ledger.start(inspection, auditID: auditID, traceID: trace)
        try await wait(for: auditID, inspection, startedAt: startedAt)
    }

    private func wait(for auditID: String, _ inspection: Inspection, startedAt: Timestamp) async throws(LedgerError) {
        var pause = Self.firstLook
        while !isStopped {
            let result: AuditResult
            do throws(PartnerError) {
                result = try await api.audit(of: inspection.line.description, auditID)
            } catch {
                return try await yield(inspection, error)
            }
            switch result.status {
            case .complete:
                guard let report = result.report else {
                    return try await fail(inspection, "the audit is complete and has no report", result.traceID)
                }
                return try await conclude(inspection, result, report, startedAt)
            case .error: return try await fail(inspection, result.error ?? "Linq gives no reason", result.traceID)
            case .pending, .other: break
            }
            if tools.clock.now() - startedAt > Self.patience {
                return try await fail(inspection, "there was no report in time", nil)
            }
            await executor.pause(pause)
            pause = min(pause * 2, Self.longestWait)
        }
    }

    private func conclude(
        _ inspection: Inspection,
        _ result: AuditResult,
        _ report: AuditReport,
        _ startedAt: Timestamp
    ) async throws(LedgerError) {
        let audited = Audited(
            isFlagged: report.isFlagged,
            severity: report.severity.map { Reputation($0) },
            startedAt: startedAt,
            finding: AuditFinding(result, report)
        )
        try await tools.ledger.conclude(inspection, .complete(audited, report: report.json.text()))
        tools.instruments.inspections.add(1, "complete")
        tools.log.notice(
            "audit of \(inspection.line): \(report.primaryDriver ?? "nothing to act on")",
            metadata: LogKind.auditComplete.about(
                ["line": "\(inspection.line)", "trace": "\(result.traceID ?? "")"]
            )
        )
    }

    /// Puts off what cannot be done now, and gives up what never can.
    private func yield(_ inspection: Inspection, _ error: PartnerError) async throws(LedgerError) {
        if isStopped { return }
        let isTemporary = error.isUnavailable || error.status == 429 || error.status == 409
        guard isTemporary else { return try await fail(inspection, error.description, error.traceID) }
        let wait = max(error.retryAfter ?? .seconds(15), .seconds(1))
        tools.log.info(
            "the audit of \(inspection.line) is put off: \(error)",
            metadata: LogKind.auditPostponed.about(["line": "\(inspection.line)"])
        )
        try await tools.ledger.postpone(
            inspection,
            until: tools.clock.now() + wait,
            error.description,
            traceID: error.traceID
        )
    }

    private func fail(_ inspection: Inspection, _ reason: String, _ trace: String?) async throws(LedgerError) {
        try await tools.ledger.conclude(inspection, .failed(reason: reason, traceID: trace))
        tools.instruments.inspections.add(1, "failed")
        tools.log.warning(
            "the audit of \(inspection.line) failed: \(reason)",
            metadata: LogKind.auditFailed.about(["line": "\(inspection.line)", "trace": "\(trace ?? "")"])
        )
    }
}
