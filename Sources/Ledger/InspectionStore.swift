package import Chrono
package import Lines
import SQLite

/// An audit of a line's reputation that Linq is asked for.
package struct Inspection: Sendable, Hashable {
    /// Why it is wanted.
    package enum Cause: String, Sendable, Hashable, CaseIterable {
        /// An incident opened: its hooks are told what was found.
        case incident
        /// Deliveries about the line are missing.
        case gap
        /// Somebody asked.
        case `operator`
    }

    package enum State: String, Sendable, Hashable { case pending, complete, failed }

    package let id: String
    package let line: PhoneNumber
    package let incident: String?
    package let cause: Cause
    package let state: State
    package let createdAt: Timestamp
    package let notBefore: Timestamp
    /// Linq's id of the audit; nil: it was not started yet.
    package let auditID: String?
    package let startedAt: Timestamp?
    package let settledAt: Timestamp?
    package let traceID: String?
    /// Why it failed, or was put off.
    package let detail: String?
    /// What was found, as Linq wrote it: JSON.
    package let report: String?

    static let columns = """
        id, line, incident, cause, state, created_at, not_before, audit_id, started_at, settled_at, trace_id, detail, \
        report
        """

    init?(_ row: Statement) {
        guard let line = row.text(1).flatMap({ PhoneNumber($0) }),
            let cause = row.text(3).flatMap(Cause.init(rawValue:)),
            let state = row.text(4).flatMap(State.init(rawValue:))
        else { return nil }
        func time(_ column: Int32) -> Timestamp? { row.integer(column).map { Timestamp(microseconds: $0) } }
        id = row.text(0) ?? ""
        self.line = line
        incident = row.text(2)
        self.cause = cause
        self.state = state
        createdAt = time(5) ?? Timestamp(microseconds: 0)
        notBefore = time(6) ?? Timestamp(microseconds: 0)
        auditID = row.text(7)
        startedAt = time(8)
        settledAt = time(9)
        traceID = row.text(10)
        detail = row.text(11)
        report = row.text(12)
    }
}

/// Writes inspections, inside a transaction.
struct InspectionStore {
    let connection: Connection
    let identifiers: IdentifierSource

    /// Wants one, unless one for the same reason is wanted already; gives its id.
    func want(
        _ line: PhoneNumber,
        _ cause: Inspection.Cause,
        incident: String?,
        at now: Timestamp
    ) throws(SQLiteError) -> String? {
        let id = identifiers.next("ins", at: now)
        try connection.prepare(
            """
            INSERT INTO inspection (id, line, incident, cause, state, created_at) VALUES (?, ?, ?, ?, 'pending', ?)
            ON CONFLICT DO NOTHING
            """
        ).run(
            .text(id),
            .text(line.description),
            Value(incident),
            .text(cause.rawValue),
            .integer(now.microseconds)
        )
        return try connection.rows(
            "SELECT id FROM inspection WHERE line = ? AND cause = ? AND state = 'pending'",
            .text(line.description),
            .text(cause.rawValue)
        ) { $0.text(0) ?? "" }.first
    }

    /// Open incidents since a time that nobody wanted inspected yet.
    func uninspected(since: Timestamp) throws(SQLiteError) -> [Incident] {
        try connection.rows(
            """
            SELECT id, line, opened_at, severity, reasons, closed_at FROM incident
            WHERE closed_at IS NULL AND opened_at > ? AND id NOT IN (
                SELECT incident FROM inspection WHERE incident IS NOT NULL)
            """,
            .integer(since.microseconds)
        ) { Incident($0) }.compactMap { $0 }
    }

    /// Linq has begun.
    func start(_ id: String, auditID: String, _ trace: String?, at now: Timestamp) throws(SQLiteError) {
        try connection.prepare(
            "UPDATE inspection SET audit_id = ?2, started_at = ?3, trace_id = coalesce(?4, trace_id) WHERE id = ?1"
        ).run(.text(id), .text(auditID), .integer(now.microseconds), Value(trace))
    }

    /// Not now.
    func postpone(_ id: String, until time: Timestamp, _ detail: String, _ trace: String?) throws(SQLiteError) {
        try connection.prepare(
            """
            UPDATE inspection SET not_before = ?2, detail = ?3, trace_id = coalesce(?4, trace_id)
            WHERE id = ?1 AND state = 'pending'
            """
        ).run(.text(id), .integer(time.microseconds), .text(detail), Value(trace))
    }

    /// The end of it; false when it had ended before.
    func settle(
        _ id: String,
        _ state: Inspection.State,
        report: String?,
        _ detail: String?,
        _ trace: String?,
        at now: Timestamp
    ) throws(SQLiteError) -> Bool {
        try connection.prepare(
            """
            UPDATE inspection SET state = ?2, settled_at = ?3, report = ?4, detail = ?5,
                trace_id = coalesce(?6, trace_id) WHERE id = ?1 AND state = 'pending'
            """
        ).run(
            .text(id),
            .text(state.rawValue),
            .integer(now.microseconds),
            Value(report),
            Value(detail),
            Value(trace)
        ) > 0
    }
}
