import Chrono
import Lines
import SQLite

/// Takes one event in, inside an open transaction: event, line, incident and deliveries, or nothing of it.
final class Recorder {
    private let connection: Connection
    /// What is known of lines; `rows` has their incidents too.
    let lines: LineBook
    let rows: LineStore
    let outbox: Outbox
    private let insert: Statement
    private let identities: EventIdentities
    let identifiers: IdentifierSource
    let silences: SilenceStore

    init(
        _ connection: Connection,
        _ outbox: Outbox,
        _ silences: SilenceStore,
        _ identifiers: IdentifierSource
    ) throws(SQLiteError) {
        self.connection = connection
        self.silences = silences
        rows = try LineStore(connection)
        identities = try EventIdentities(connection)
        lines = try LineBook(connection, rows, identities)
        self.outbox = outbox
        self.identifiers = identifiers
        insert = try connection.prepare(
            """
            INSERT INTO event (id, source, type, state, received_at, created_at, endpoint, trace_id, line, previous, \
            changed_at, status, previous_status, status_outcome, reputation, previous_reputation, reputation_outcome, \
            membership, membership_outcome, gaps, decision, incident, step, detail, body) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
        if try identities.isKnown(event) { return nil }
        guard case .observation(let observation) = event.meaning else {
            try insert(Self.row(event, nil, nil, nil, previous: nil))
            return RecordedEvent(state: .quarantined, change: nil, gaps: [])
        }
        let reference = EventReference(id: event.id, traceID: event.traceID)
        return try take(observation, reference, nil, policy, plan, at: event.receivedAt, &report) {
            outcome,
            change,
            previous in
            Self.row(event, observation, outcome, change, previous: previous)
        }
    }

    /// Merges an observation into its line, with all that follows.
    func take(
        _ observation: Observation,
        _ event: EventReference,
        _ finding: AuditFinding?,
        _ policy: DecisionPolicy,
        _ plan: Planner,
        at now: Timestamp,
        _ report: inout CommitReport,
        row: (MergeOutcome, LineChange, _ previous: Int64?) -> EventRow
    ) throws(SQLiteError) -> RecordedEvent {
        let known = try lines.line(observation.line, policy)
        let before = known?.state ?? LineState(observation.line)
        var after = before
        let outcome = after.merge(observation)
        after.watchFlapping(since: before, policy, at: now)
        let change = try assess(
            before: before,
            after: after,
            known: known,
            policy,
            at: now,
            observation: observation,
            event: event,
            finding: finding
        )
        let place = try insert(row(outcome, change, known?.lastEvent))
        try apply(change, to: known, lastEvent: place, plan, &report)
        return RecordedEvent(state: outcome.isStale ? .stale : .applied, change: change, gaps: outcome.gaps)
    }

    func assess(
        before: LineState,
        after: LineState,
        known: LineRecord?,
        _ policy: DecisionPolicy,
        at now: Timestamp,
        observation: Observation?,
        event: EventReference?,
        finding: AuditFinding? = nil
    ) throws(SQLiteError) -> LineChange {
        let assessmentBefore = known?.assessment ?? before.assess(policy)
        let assessment = after.isJudged(like: before) ? assessmentBefore : after.assess(policy)
        var incident: Incident?
        if let id = known?.incident { incident = try rows.incident(id) }
        // What an audit found is news about an incident, whatever it changes.
        let news: IncidentStep? = finding != nil && incident != nil ? .updated : nil
        let step = assessment.step(from: incident) ?? news
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
            step: step,
            finding: finding
        )
    }

    @discardableResult
    func apply(
        _ change: LineChange,
        to known: LineRecord?,
        lastEvent: Int64?,
        _ plan: Planner,
        _ report: inout CommitReport
    ) throws(SQLiteError) -> LineRecord {
        if let incident = change.incident, change.step != nil { try rows.save(incident) }
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
        if let known, change.step == nil, record.differsOnlyInDates(from: known) {
            if record != known { lines.advance(record) }
        } else {
            try lines.save(record, isNew: known == nil)
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

    private static func row(
        _ event: VerifiedEvent,
        _ observation: Observation?,
        _ outcome: MergeOutcome?,
        _ change: LineChange?,
        previous: Int64?
    ) -> EventRow {
        let state: RecordedEvent.State = outcome.map { $0.isStale ? .stale : .applied } ?? .quarantined
        var detail: String?
        if case .quarantined(let reason) = event.meaning { detail = reason }
        return EventRow(
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
    }

    /// Writes an event, and gives its place.
    @discardableResult
    func insert(_ row: EventRow) throws(SQLiteError) -> Int64 {
        try insert.run(row.values)
        let place = connection.lastInsertRowid
        lines.noteEvent()
        if row.source == .webhook { identities.add(row.id, at: place) }
        return place
    }
}
