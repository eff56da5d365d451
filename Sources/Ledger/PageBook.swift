import Chrono
import Lines
import SQLite

/// Who was paged about which incident, who is to be reminded, and whom a silence kept from hearing of it.
final class PageBook {
    /// A hook that is to be told of an open incident although nothing has changed.
    struct Concern {
        let incident: String
        let line: PhoneNumber
        let hook: String
        /// Whether it was muted until now; else it is reminded.
        let wasMuted: Bool
    }

    /// Hooks looked at in one turn, so that none of the ledger's transactions is long.
    private static let turn = 100

    private let toldHooks: Statement
    private let retractUnsent: Statement
    private let retractUncertain: Statement
    private let setPaged: Statement
    private let forget: Statement
    private let reminders: Statement
    private let muted: Statement
    private let stopTending: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        toldHooks = try connection.prepare(
            """
            SELECT DISTINCT hook FROM delivery
            WHERE incident = ? AND type <> 'incident.resolved' AND \(Self.isTold("delivery")) ORDER BY hook
            """
        )
        retractUnsent = try connection.prepare(
            """
            UPDATE delivery SET state = 'superseded', settled_at = ?2
            WHERE incident = ?1 AND channel = 'page' AND state = 'pending' AND sent = 0
            """
        )
        // A group stays what its receiver may have seen; what closes its incidents waits behind it.
        retractUncertain = try connection.prepare(
            """
            UPDATE delivery SET state = 'superseded', settled_at = ?2
            WHERE incident = ?1 AND channel = 'page' AND state = 'pending' AND leader IS NULL AND bundle IS NULL
            """
        )
        setPaged = try connection.prepare(
            """
            INSERT INTO paged (incident, hook, paged_at, remind_at, muted_by) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (incident, hook) DO UPDATE SET
                paged_at = excluded.paged_at, remind_at = excluded.remind_at, muted_by = excluded.muted_by
            """
        )
        forget = try connection.prepare(
            """
            UPDATE paged SET remind_at = NULL, muted_by = NULL
            WHERE incident = ? AND (remind_at IS NOT NULL OR muted_by IS NOT NULL)
            """
        )
        let columns = "SELECT paged.incident, incident.line, paged.hook, incident.severity FROM paged"
        let open = "JOIN incident ON incident.id = paged.incident AND incident.closed_at IS NULL"
        reminders = try connection.prepare("\(columns) \(open) WHERE remind_at <= ? ORDER BY remind_at LIMIT ?")
        muted = try connection.prepare("\(columns) \(open) WHERE muted_by IS NOT NULL")
        stopTending = try connection.prepare(
            "UPDATE paged SET remind_at = NULL, muted_by = NULL WHERE incident = ? AND hook = ?"
        )
    }

    /// The condition, in SQL, that a page has reached its receiver, or may have.
    static func isTold(_ page: String) -> String {
        "\(page).channel = 'page' AND (\(page).state = 'delivered' OR \(page).sent = 1)"
    }

    func told(_ incident: String) throws(SQLiteError) -> [String] {
        try toldHooks.rows(.text(incident)) { $0.text(0) ?? "" }
    }

    func retract(_ incident: String, isOver: Bool, at now: Timestamp) throws(SQLiteError) {
        let statement = isOver ? retractUncertain : retractUnsent
        try statement.run(.text(incident), .integer(now.microseconds))
        if isOver { try forget.run(.text(incident)) }
    }

    /// Keeps that a hook is told, or why it is not, and when it is to be told again.
    func note(
        _ draft: DeliveryDraft,
        _ incident: String,
        mutedBy silence: Silence?,
        at now: Timestamp
    )
        throws(SQLiteError)
    {
        if draft.type == "incident.resolved" { return }
        // Only an opening is made up for when the silence ends: what a later page says is told by the next one.
        let isOwed = silence != nil && draft.type == "incident.opened"
        try setPaged.run(
            .text(incident),
            .text(draft.hook),
            .integer(now.microseconds),
            Value(draft.remindEvery.map { (now + $0).microseconds }),
            Value(isOwed ? silence?.id : nil)
        )
    }

    /// Nothing is to be said there any more: the rules have changed.
    func stopTending(_ concern: Concern) throws(SQLiteError) {
        try stopTending.run(.text(concern.incident), .text(concern.hook))
    }

    func concerns(at now: Timestamp, _ silences: [Silence]) throws(SQLiteError) -> [Concern] {
        let due = try reminders.rows(.integer(now.microseconds), Value(Self.turn)) {
            Self.concern($0, wasMuted: false)
        }
        let owed = try muted.rows { row -> Concern? in
            guard let concern = Self.concern(row, wasMuted: true) else { return nil }
            let severity = row.text(3).flatMap(Severity.init(rawValue:)) ?? .critical
            return silences.contains { $0.mutes(concern.line, severity, at: now) } ? nil : concern
        }
        return (due + owed.prefix(Self.turn)).compactMap { $0 }
    }

    private static func concern(_ row: Statement, wasMuted: Bool) -> Concern? {
        guard let line = row.text(1).flatMap({ PhoneNumber($0) }) else { return nil }
        return Concern(incident: row.text(0) ?? "", line: line, hook: row.text(2) ?? "", wasMuted: wasMuted)
    }
}
