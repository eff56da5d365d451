import Chrono
import Lines
import SQLite

/// Knows whether a delivery is one that was taken in before.
///
/// The newest events are known by their ids alone, in memory. All but those at the very end (`LineTail`) are in the table
/// `identity` as well, which follows the events many at a time: by id and the event's own time, so that it grows at its
/// end.
final class EventIdentities {
    private var recent = RecentEvents()
    /// No event in the table is stamped later than this: one that is newer need not be looked for.
    private var newest: Int64 = 0
    private let connection: Connection
    private let compare: Statement
    private let find: Statement
    private let copy: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        compare = try connection.prepare("SELECT id = ? FROM event WHERE seq = ?")
        find = try connection.prepare("SELECT event FROM identity WHERE created_at = ? AND id = ?")
        // A place that is taken is that of an event that was replayed, or a part that was copied before.
        copy = try connection.prepare(
            """
            INSERT OR REPLACE INTO identity
            SELECT created_at, id, seq FROM event WHERE seq > ? AND seq <= ? AND source = 'webhook'
            """
        )
        try recall()
    }

    /// Whether an event is there already.
    func isKnown(_ event: VerifiedEvent) throws(SQLiteError) -> Bool {
        if let row = recent.row(of: event.id), try isAt(row, event.id) { return true }
        let createdAt = EventRow.stamp(event.createdAt)
        guard createdAt <= newest else { return false }
        let row = try find.first(.integer(createdAt), .text(event.id)) { $0.integer(0) ?? 0 }
        return try row.map { row throws(SQLiteError) in try isAt(row, event.id) } ?? false
    }

    /// Remembers an event that was written.
    func add(_ id: String, at row: Int64) { recent.add(id, at: row) }

    /// Brings the table up to date, behind one row and up to another.
    func copy(after first: Int64, through last: Int64) throws(SQLiteError) {
        try copy.run(.integer(first), .integer(last))
        try lookUpNewest()
    }

    private func isAt(_ row: Int64, _ id: String) throws(SQLiteError) -> Bool {
        try compare.first(.text(id), .integer(row)) { $0.integer(0) == 1 } ?? false
    }

    private func lookUpNewest() throws(SQLiteError) {
        let found = try connection.rows("SELECT max(created_at) FROM identity") { $0.integer(0) ?? 0 }.first ?? 0
        newest = max(newest, found)
    }

    private func recall() throws(SQLiteError) {
        try lookUpNewest()
        let known = try connection.rows(
            "SELECT id, event FROM identity ORDER BY created_at DESC LIMIT ?",
            Value(RecentEvents.capacity)
        ) { (($0.text(0) ?? "").hashValue, $0.integer(1) ?? 0) }
        let tail = try connection.rows(
            "SELECT id, seq FROM event WHERE seq > ? AND source = 'webhook' ORDER BY seq",
            .integer(LineTail.beginning(connection))
        ) { (($0.text(0) ?? "").hashValue, $0.integer(1) ?? 0) }
        for (hash, row) in known.reversed() + tail { recent.add(hash: hash, at: row) }
    }
}

/// Removes events, and by what they are known again.
struct EventRemoval {
    private let forget: Statement
    private let delete: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        forget = try connection.prepare(
            "DELETE FROM identity WHERE (created_at, id) = (SELECT created_at, id FROM event WHERE seq = ?)"
        )
        delete = try connection.prepare("DELETE FROM event WHERE seq = ?")
    }

    func remove(at row: Int64) throws(SQLiteError) {
        // While the event is there to say what it is known by.
        try forget.run(.integer(row))
        try delete.run(.integer(row))
    }
}
