import Chrono
import Lines
import SQLite

/// Keeps silences.
final class SilenceStore {
    static let columns = "id, lines, severities, author, reason, created_at, ends_at"

    private let inForce: Statement
    private let insert: Statement
    private let remove: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        inForce = try connection.prepare(
            "SELECT \(Self.columns) FROM silence WHERE removed_at IS NULL AND ends_at > ? ORDER BY id"
        )
        insert = try connection.prepare("INSERT INTO silence (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?)")
        remove = try connection.prepare(
            "UPDATE silence SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL AND ends_at > ?2"
        )
    }

    func inForce(at now: Timestamp) throws(SQLiteError) -> [Silence] {
        try inForce.rows(.integer(now.microseconds)) { Silence($0) }.compactMap { $0 }
    }

    func add(_ silence: Silence) throws(SQLiteError) {
        try insert.run(
            .text(silence.id),
            .text(silence.lines.description),
            .text(silence.severities.map(\.rawValue).sorted().joined(separator: ",")),
            .text(silence.author),
            .text(silence.reason),
            .integer(silence.createdAt.microseconds),
            .integer(silence.endsAt.microseconds)
        )
    }

    /// False when there is none in force with this id.
    func remove(_ id: String, at now: Timestamp) throws(SQLiteError) -> Bool {
        try remove.run(.text(id), .integer(now.microseconds)) > 0
    }
}

extension Silence {
    /// Reads a row of `SilenceStore.columns`.
    init?(_ row: Statement) {
        guard let id = row.text(0), let lines = row.text(1).flatMap({ LinePattern($0) }),
            let createdAt = row.integer(5), let endsAt = row.integer(6)
        else { return nil }
        self.init(
            id: id,
            lines: lines,
            severities: Set((row.text(2) ?? "").split(separator: ",").compactMap { Severity(rawValue: String($0)) }),
            author: row.text(3) ?? "",
            reason: row.text(4) ?? "",
            createdAt: Timestamp(microseconds: createdAt),
            endsAt: Timestamp(microseconds: endsAt)
        )
    }
}
