import Chrono
import Lines
import SQLite

/// Writes deliveries, hands out those that are due, and settles them.
final class Outbox {
    private let insert: Statement
    private let supersede: Statement
    private let due: Statement
    private let nextDue: Statement
    private let limitWaits: Statement
    private let deliver: Statement
    private let postpone: Statement
    private let bury: Statement
    private let commanded: Statement
    private let setCommand: Statement
    private let clearCommand: Statement
    private let paged: Statement
    private let setPaged: Statement
    private let identifiers: IdentifierSource

    init(_ connection: Connection, _ identifiers: IdentifierSource) throws(SQLiteError) {
        self.identifiers = identifiers
        insert = try connection.prepare(
            """
            INSERT INTO delivery (id, hook, channel, type, ordering_key, line, incident, event, payload, created_at) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
        supersede = try connection.prepare(
            """
            UPDATE delivery SET state = 'superseded', settled_at = ?
            WHERE hook = ? AND ordering_key = ? AND state = 'pending'
            """
        )
        due = try connection.prepare(
            """
            SELECT seq, id, type, ordering_key, line, payload, created_at, attempts FROM delivery AS this
            WHERE hook = ?1 AND state = 'pending' AND not_before <= ?2 AND NOT EXISTS (
                SELECT 1 FROM delivery AS earlier WHERE earlier.hook = ?1 AND earlier.state = 'pending'
                AND earlier.ordering_key = this.ordering_key AND earlier.seq < this.seq)
            ORDER BY not_before, seq LIMIT ?3
            """
        )
        nextDue = try connection.prepare(
            "SELECT min(not_before) FROM delivery WHERE hook = ? AND state = 'pending' AND not_before > ?"
        )
        limitWaits = try connection.prepare(
            "UPDATE delivery SET not_before = ?1 WHERE state = 'pending' AND not_before > ?1"
        )
        deliver = try connection.prepare(
            """
            UPDATE delivery SET state = 'delivered', settled_at = ?2, attempts = attempts + 1
            WHERE seq = ?1 AND state = 'pending'
            """
        )
        postpone = try connection.prepare(
            """
            UPDATE delivery SET not_before = ?2, attempts = attempts + 1, last_error = ?3
            WHERE seq = ?1 AND state = 'pending'
            """
        )
        bury = try connection.prepare(
            """
            UPDATE delivery SET state = 'dead', settled_at = ?2, attempts = attempts + 1, last_error = ?3
            WHERE seq = ?1 AND state = 'pending'
            """
        )
        commanded = try connection.prepare("SELECT hook, command FROM command WHERE line = ?")
        setCommand = try connection.prepare(
            """
            INSERT INTO command (hook, line, command) VALUES (?, ?, ?)
            ON CONFLICT (hook, line) DO UPDATE SET command = excluded.command
            """
        )
        clearCommand = try connection.prepare("DELETE FROM command WHERE hook = ? AND line = ?")
        paged = try connection.prepare("SELECT hook FROM paged WHERE incident = ? ORDER BY hook")
        setPaged = try connection.prepare("INSERT OR IGNORE INTO paged (incident, hook) VALUES (?, ?)")
    }

    /// What each control hook was last told about a line.
    func commands(_ line: PhoneNumber) throws(SQLiteError) -> [String: String] {
        let rows = try commanded.rows(.text(line.description)) { ($0.text(0) ?? "", $0.text(1) ?? "") }
        return Dictionary(rows) { $1 }
    }

    /// The hooks that were told of an incident.
    func pagers(_ incident: String?) throws(SQLiteError) -> [String] {
        guard let incident else { return [] }
        return try paged.rows(.text(incident)) { $0.text(0) ?? "" }
    }

    func write(_ draft: DeliveryDraft, at now: Timestamp) throws(SQLiteError) {
        if let command = draft.command, let line = draft.line {
            // Only the newest decision matters to a control hook. One that is being sent right now is superseded too:
            // its settlement then finds nothing to do, and the newer one follows it.
            try supersede.run(.integer(now.microseconds), .text(draft.hook), .text(draft.orderingKey))
            if command == "resume" {
                try clearCommand.run(.text(draft.hook), .text(line.description))
            } else {
                try setCommand.run(.text(draft.hook), .text(line.description), .text(command))
            }
        }
        if draft.channel == .page, let incident = draft.incident {
            try setPaged.run(.text(incident), .text(draft.hook))
        }
        try insert.run(
            .text(identifiers.next("dlv", at: now)),
            .text(draft.hook),
            .text(draft.channel.rawValue),
            .text(draft.type),
            .text(draft.orderingKey),
            Value(draft.line?.description),
            Value(draft.incident),
            Value(draft.event),
            .blob(draft.payload),
            .integer(now.microseconds)
        )
    }

    /// Brings waits that end after `latest` forward to it: the clock was set back while the daemon was down.
    func limitWaits(to latest: Timestamp) throws(SQLiteError) {
        try limitWaits.run(.integer(latest.microseconds))
    }

    func due(_ hook: String, at now: Timestamp, limit: Int) throws(SQLiteError) -> [DueDelivery] {
        try due.rows(.text(hook), .integer(now.microseconds), Value(limit)) { row in
            DueDelivery(
                seq: row.integer(0) ?? 0,
                id: row.text(1) ?? "",
                type: row.text(2) ?? "",
                orderingKey: row.text(3) ?? "",
                line: row.text(4).flatMap { PhoneNumber($0) },
                payload: row.blob(5),
                createdAt: Timestamp(microseconds: row.integer(6) ?? 0),
                attempts: Int(row.integer(7) ?? 0)
            )
        }
    }

    /// When the next delivery of a hook that is not due yet will be.
    func nextDue(_ hook: String, after now: Timestamp) throws(SQLiteError) -> Timestamp? {
        let time = try nextDue.first(.text(hook), .integer(now.microseconds)) { $0.integer(0) }
        return (time ?? nil).map { Timestamp(microseconds: $0) }
    }

    func settle(_ seq: Int64, _ settlement: Settlement, at now: Timestamp) throws(SQLiteError) {
        switch settlement {
        case .delivered: try deliver.run(.integer(seq), .integer(now.microseconds))
        case .retry(let notBefore, let error):
            try postpone.run(.integer(seq), .integer(notBefore.microseconds), .text(error))
        case .dead(let error): try bury.run(.integer(seq), .integer(now.microseconds), .text(error))
        }
    }
}
