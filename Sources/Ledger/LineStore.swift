import Chrono
import Lines
import SQLite

/// Reads and writes the rows of lines and incidents inside a transaction.
final class LineStore {
    private let load: Statement
    private let insert: Statement
    private let update: Statement
    private let updateDates: Statement
    private let setListed: Statement
    private let loadIncident: Statement
    private let saveIncident: Statement

    static let columns = """
        number, status, status_changed_at, status_source, reputation, reputation_changed_at, reputation_source, \
        hold_reason, hold_since, hold_until, decision_since, incident, last_event, decision, release_reason, \
        release_since, changes, flap_since, flap_until, membership, membership_changed_at, membership_source, listed_since
        """

    init(_ connection: Connection) throws(SQLiteError) {
        load = try connection.prepare("SELECT \(Self.columns) FROM line WHERE number = ?")
        insert = try connection.prepare(
            "INSERT INTO line (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        // Not one statement with ON CONFLICT: for a table without rowid SQLite makes a temporary one each time.
        update = try connection.prepare(
            """
            UPDATE line SET status = ?2, status_changed_at = ?3, status_source = ?4, reputation = ?5,
                reputation_changed_at = ?6, reputation_source = ?7, hold_reason = ?8, hold_since = ?9, hold_until = ?10,
                decision_since = ?11, incident = ?12, last_event = ?13, decision = ?14, release_reason = ?15,
                release_since = ?16, changes = ?17, flap_since = ?18, flap_until = ?19, membership = ?20,
                membership_changed_at = ?21, membership_source = ?22, listed_since = ?23
            WHERE number = ?1
            """
        )
        // With fewer columns SQLite looks at no index, check or reference: half the work.
        updateDates = try connection.prepare(
            """
            UPDATE line SET status_changed_at = ?2, status_source = ?3, reputation_changed_at = ?4,
                reputation_source = ?5, membership_changed_at = ?6, membership_source = ?7, last_event = ?8
            WHERE number = ?1
            """
        )
        setListed = try connection.prepare("UPDATE line SET listed_since = ?2 WHERE number = ?1")
        loadIncident = try connection.prepare(
            "SELECT id, line, opened_at, severity, reasons, closed_at FROM incident WHERE id = ?"
        )
        saveIncident = try connection.prepare(
            """
            INSERT INTO incident (id, line, opened_at, severity, reasons, closed_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                severity = excluded.severity, reasons = excluded.reasons, closed_at = excluded.closed_at
            """
        )
    }

    func line(_ number: PhoneNumber, _ policy: DecisionPolicy) throws(SQLiteError) -> LineRecord? {
        try load.first(.text(number.description)) { LineRecord($0, policy) } ?? nil
    }

    /// Writes a line's row.
    ///
    /// `isNew`: there is none yet.
    func save(_ record: LineRecord, isNew: Bool) throws(SQLiteError) {
        let state = record.state
        try (isNew ? insert : update).run(
            .text(state.line.description),
            Value(state.status?.value.description),
            Value(state.status?.changedAt.microseconds),
            Value(state.status?.source.rawValue),
            Value(state.reputation?.value.description),
            Value(state.reputation?.changedAt.microseconds),
            Value(state.reputation?.source.rawValue),
            Value(state.hold?.reason),
            Value(state.hold?.since.microseconds),
            Value(state.hold?.until?.microseconds),
            .integer(record.decisionSince.microseconds),
            Value(record.incident),
            Value(record.lastEvent),
            .text(record.decision.rawValue),
            Value(state.release?.reason),
            Value(state.release?.since.microseconds),
            Value(state.changes.isEmpty ? nil : state.changes.map { String($0.microseconds) }.joined(separator: ",")),
            Value(state.flapping?.since.microseconds),
            Value(state.flapping?.until.microseconds),
            Value(state.membership?.value.description),
            Value(state.membership?.changedAt.microseconds),
            Value(state.membership?.source.rawValue),
            Value(record.listedSince?.microseconds)
        )
    }

    /// Writes of a line's row what an event changes that only confirms what is known.
    func saveDates(_ record: LineRecord) throws(SQLiteError) {
        let state = record.state
        try updateDates.run(
            .text(state.line.description),
            Value(state.status?.changedAt.microseconds),
            Value(state.status?.source.rawValue),
            Value(state.reputation?.changedAt.microseconds),
            Value(state.reputation?.source.rawValue),
            Value(state.membership?.changedAt.microseconds),
            Value(state.membership?.source.rawValue),
            Value(record.lastEvent)
        )
    }

    /// Keeps since when Linq's API lists a line; nil: it does not any more.
    func setListed(_ line: PhoneNumber, since time: Timestamp?) throws(SQLiteError) {
        try setListed.run(.text(line.description), Value(time?.microseconds))
    }

    func incident(_ id: String) throws(SQLiteError) -> Incident? {
        try loadIncident.first(.text(id)) { Incident($0) } ?? nil
    }

    func save(_ incident: Incident) throws(SQLiteError) {
        try saveIncident.run(
            .text(incident.id),
            .text(incident.line.description),
            .integer(incident.openedAt.microseconds),
            .text(incident.severity.rawValue),
            .text(incident.reasons.joined(separator: "\n")),
            Value(incident.closedAt?.microseconds)
        )
    }
}

extension LineRecord {
    /// Reads a row of `LineStore.columns`.
    init?(_ row: Statement, _ policy: DecisionPolicy) {
        guard let number = row.text(0).flatMap({ PhoneNumber($0) }) else { return nil }
        var state = LineState(number)
        state.status = Axis(row, 1)
        state.reputation = Axis(row, 4)
        state.membership = Axis(row, 19)
        if let reason = row.text(7), let since = row.integer(8) {
            state.hold = Hold(
                reason: reason,
                since: Timestamp(microseconds: since),
                until: row.integer(9).map { Timestamp(microseconds: $0) }
            )
        }
        if let reason = row.text(14), let since = row.integer(15) {
            state.release = Release(reason: reason, since: Timestamp(microseconds: since))
        }
        state.changes = (row.text(16) ?? "").split(separator: ",").compactMap { Int64($0) }
            .map { Timestamp(microseconds: $0) }
        if let since = row.integer(17), let until = row.integer(18) {
            state.flapping = Flapping(
                since: Timestamp(microseconds: since),
                until: Timestamp(microseconds: until)
            )
        }
        self.init(
            state: state,
            assessment: state.assess(policy),
            decisionSince: Timestamp(microseconds: row.integer(10) ?? 0),
            incident: row.text(11),
            listedSince: row.integer(22).map { Timestamp(microseconds: $0) },
            lastEvent: row.integer(12),
            decision: row.text(13).flatMap(Decision.init(rawValue:)) ?? .paused
        )
    }
}

extension Axis {
    fileprivate init?(_ row: Statement, _ column: Int32) {
        guard let value = row.text(column), let changedAt = row.integer(column + 1),
            let source = row.text(column + 2).flatMap(EvidenceSource.init(rawValue:))
        else { return nil }
        self.init(Value(value), changedAt: Timestamp(microseconds: changedAt), source: source)
    }
}

extension Incident {
    /// Reads a row of id, line, opened_at, severity, reasons, closed_at.
    init?(_ row: Statement) {
        guard let id = row.text(0), let line = row.text(1).flatMap({ PhoneNumber($0) }),
            let openedAt = row.integer(2), let severity = row.text(3).flatMap(Severity.init(rawValue:))
        else { return nil }
        self.init(
            id: id,
            line: line,
            openedAt: Timestamp(microseconds: openedAt),
            severity: severity,
            reasons: (row.text(4) ?? "").split(separator: "\n").map(String.init),
            closedAt: row.integer(5).map { Timestamp(microseconds: $0) }
        )
    }
}
