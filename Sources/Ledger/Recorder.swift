import Chrono
import Lines
import SQLite

/// Takes one event in, inside an open transaction: event, line, incident and deliveries, or nothing of it.
final class Recorder {
    private let connection: Connection
    let lines: LineStore
    let outbox: Outbox
    private let insert: Statement
    private let identifiers: IdentifierSource
    let silences: SilenceStore

    init(
        _ connection: Connection,
        _ outbox: Outbox,
        _ silences: SilenceStore,
        _ identifiers: IdentifierSource
    ) throws(SQLiteError) {
        self.connection = connection
        self.silences = silences
        lines = try LineStore(connection)
        self.outbox = outbox
        self.identifiers = identifiers
        insert = try connection.prepare(
            """
            INSERT INTO event (id, source, type, state, received_at, created_at, endpoint, trace_id, line, previous, \
            changed_at, status, previous_status, status_outcome, reputation, previous_reputation, reputation_outcome, \
            membership, membership_outcome, gaps, decision, incident, step, detail, body) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
            """
        )
    }

    /// Nil for an event that is there already: nothing was written.
    func record(
        _ event: VerifiedEvent,
        _ policy: DecisionPolicy,
        _ plan: Planner,
        _ report: inout CommitReport
    ) throws(SQLiteError) -> RecordedEvent? {
        guard case .observation(let observation) = event.meaning else {
            let row = try insert(event, nil, nil, nil, previous: nil)
            return row == nil ? nil : RecordedEvent(state: .quarantined, change: nil, gaps: [])
        }
        let known = try lines.line(observation.line, policy)
        let before = known?.state ?? LineState(observation.line)
        var after = before
        let outcome = after.merge(observation)
        after.watchFlapping(since: before, policy, at: event.receivedAt)
        let change = try assess(
            before: before,
            after: after,
            known: known,
            policy,
            at: event.receivedAt,
            observation: observation,
            event: EventReference(id: event.id, traceID: event.traceID)
        )
        guard let row = try insert(event, observation, outcome, change, previous: known?.lastEvent) else { return nil }
        try apply(change, to: known, lastEvent: row, plan, &report)
        return RecordedEvent(state: outcome.isStale ? .stale : .applied, change: change, gaps: outcome.gaps)
    }

    /// Does what an operator wants of a line, and keeps who wanted it and why.
    func operate(
        _ order: OperatorOrder,
        _ policy: DecisionPolicy,
        _ plan: Planner,
        at now: Timestamp,
        _ report: inout CommitReport
    ) throws(SQLiteError) -> LineRecord {
        let known = try lines.line(order.line, policy)
        let before = known?.state ?? LineState(order.line)
        var after = before
        after.obey(order.action, reason: order.reason, at: now)
        let id = identifiers.next("opr", at: now)
        let change = try assess(
            before: before,
            after: after,
            known: known,
            policy,
            at: now,
            observation: nil,
            event: EventReference(id: id, traceID: nil)
        )
        let row = EventRow(
            id: id,
            source: .operator,
            type: order.action.type,
            state: .applied,
            receivedAt: now,
            line: order.line,
            previous: known?.lastEvent,
            changedAt: now,
            change: change,
            detail: "\(order.author): \(order.reason)"
        )
        return try apply(change, to: known, lastEvent: try insert(row), plan, &report)
    }

    /// Assesses a line again under present rules, and tells hooks what they do not know yet.
    func replan(
        _ record: LineRecord,
        _ policy: DecisionPolicy,
        _ plan: Planner,
        at now: Timestamp,
        _ report: inout CommitReport
    ) throws(SQLiteError) {
        let change = try assess(
            before: record.state,
            after: record.state,
            known: record,
            policy,
            at: now,
            observation: nil,
            event: nil
        )
        try apply(change, to: record, lastEvent: record.lastEvent, plan, &report)
    }

    private func assess(
        before: LineState,
        after: LineState,
        known: LineRecord?,
        _ policy: DecisionPolicy,
        at now: Timestamp,
        observation: Observation?,
        event: EventReference?
    ) throws(SQLiteError) -> LineChange {
        let assessmentBefore = before.assess(policy)
        let assessment = after.assess(policy)
        var incident: Incident?
        if let id = known?.incident { incident = try lines.incident(id) }
        let step = assessment.step(from: incident)
        switch step {
        case .opened:
            incident = Incident(
                id: identifiers.next("inc", at: now),
                line: after.line,
                openedAt: now,
                severity: assessment.severity,
                reasons: assessment.reasons
            )
        case .updated:
            incident?.severity = assessment.severity
            incident?.reasons = assessment.reasons
        case .resolved: incident?.closedAt = now
        case .reminded, nil: break
        }
        return LineChange(
            before: before,
            after: after,
            assessmentBefore: assessmentBefore,
            assessment: assessment,
            at: now,
            decisionSince: known?.decision == assessment.decision ? known?.decisionSince ?? now : now,
            observation: observation,
            event: event,
            incident: incident,
            step: step
        )
    }

    @discardableResult
    private func apply(
        _ change: LineChange,
        to known: LineRecord?,
        lastEvent: Int64?,
        _ plan: Planner,
        _ report: inout CommitReport
    ) throws(SQLiteError) -> LineRecord {
        if let incident = change.incident, change.step != nil { try lines.save(incident) }
        let open = change.step == .resolved ? nil : change.incident?.id
        let record = LineRecord(
            state: change.after,
            assessment: change.assessment,
            decisionSince: change.decisionSince,
            incident: open,
            listedSince: known?.listedSince,
            lastEvent: lastEvent,
            decision: change.assessment.decision
        )
        if record != known {
            try lines.save(record)
            report.lines.append(record)
        }
        // An event that leaves the assessment as it was calls for nothing new: what it called for was planned before.
        if change.event != nil, change.step == nil, change.assessmentBefore == change.assessment { return record }
        if let incident = change.incident, change.step != nil {
            try outbox.retract(incident.id, isOver: change.step == .resolved, at: change.at)
        }
        try send(plan(change, try outbox.commands(change.line), try outbox.told(change.incident?.id)), change, &report)
        return record
    }

    private func insert(
        _ event: VerifiedEvent,
        _ observation: Observation?,
        _ outcome: MergeOutcome?,
        _ change: LineChange?,
        previous: Int64?
    ) throws(SQLiteError) -> Int64? {
        let state: RecordedEvent.State = outcome.map { $0.isStale ? .stale : .applied } ?? .quarantined
        var detail: String?
        if case .quarantined(let reason) = event.meaning { detail = reason }
        return try insert(
            EventRow(
                id: event.id,
                source: observation?.source ?? .webhook,
                type: event.type,
                state: state,
                receivedAt: event.receivedAt,
                createdAt: event.createdAt,
                endpoint: event.endpoint,
                traceID: event.traceID,
                line: observation?.line,
                previous: previous,
                changedAt: observation?.changedAt,
                observation: observation,
                outcome: outcome,
                change: change,
                detail: detail,
                body: event.body
            )
        )
    }

    private func insert(_ row: EventRow) throws(SQLiteError) -> Int64? {
        try insert.run(row.values) > 0 ? connection.lastInsertRowid : nil
    }
}
