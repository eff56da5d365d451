import Chrono
import Lines
import SQLite

/// Writes messages for hooks, inside the transaction of the change that calls for them.
final class Outbox {
    private let insert: Statement
    private let supersede: Statement
    private let commanded: Statement
    private let setCommand: Statement
    private let clearCommand: Statement
    private let identifiers: IdentifierSource
    private let pages: PageBook

    init(_ connection: Connection, _ identifiers: IdentifierSource) throws(SQLiteError) {
        self.identifiers = identifiers
        pages = try PageBook(connection)
        insert = try connection.prepare(
            """
            INSERT INTO delivery (id, hook, channel, type, ordering_key, line, incident, event, payload, created_at, \
            message, state, settled_at, silence, not_before)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, coalesce((
                SELECT not_before FROM delivery WHERE hook = ?2 AND ordering_key = ?5 AND state = 'pending'
                ORDER BY seq LIMIT 1), 0))
            """
        )
        supersede = try connection.prepare(
            """
            UPDATE delivery SET state = 'superseded', settled_at = ?
            WHERE hook = ? AND ordering_key = ? AND state = 'pending'
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
    }

    /// What each control hook was last told about a line.
    func commands(_ line: PhoneNumber) throws(SQLiteError) -> [String: String] {
        let rows = try commanded.rows(.text(line.description)) { ($0.text(0) ?? "", $0.text(1) ?? "") }
        return Dictionary(rows) { $1 }
    }

    /// The hooks that have, or may have, been told of an incident.
    func told(_ incident: String?) throws(SQLiteError) -> [String] {
        guard let incident else { return [] }
        return try pages.told(incident)
    }

    /// Takes back what an incident's hooks have certainly not been told, because it has taken another step.
    func retract(_ incident: String, isOver: Bool, at now: Timestamp) throws(SQLiteError) {
        try pages.retract(incident, isOver: isOver, at: now)
    }

    /// Incidents with hooks that are due to be reminded, or to be told because no silence mutes them any more.
    func concerns(at now: Timestamp, _ silences: [Silence]) throws(SQLiteError) -> [PageBook.Concern] {
        try pages.concerns(at: now, silences)
    }

    func stopTending(_ concern: PageBook.Concern) throws(SQLiteError) { try pages.stopTending(concern) }

    /// Writes a message; gives whether there is something to deliver.
    ///
    /// `silence`: what mutes it, if it is a page; it is then written down, but never sent.
    @discardableResult
    func write(_ draft: DeliveryDraft, at now: Timestamp, silence: Silence? = nil) throws(SQLiteError) -> Bool {
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
        // Who was told that something is wrong is told that it is over, silence or not: it quiets, it does not wake.
        let muting = draft.type == "incident.resolved" ? nil : silence
        if draft.channel == .page, let incident = draft.incident {
            try pages.note(draft, incident, mutedBy: muting, at: now)
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
            .integer(now.microseconds),
            draft.message.map(Value.blob) ?? .null,
            .text(muting == nil ? "pending" : "superseded"),
            muting == nil ? .null : .integer(now.microseconds),
            Value(muting?.id)
        )
        return muting == nil
    }
}
