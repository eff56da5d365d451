import Chrono
import Lines
import SQLite

/// Keeps what was answered to attempts, and what is known of the hooks that answered.
final class AttemptJournal {
    /// Attempts kept of one delivery, the newest.
    private static let kept = 10

    private let insert: Statement
    private let trim: Statement
    private let loadHook: Statement
    private let saveHook: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        insert = try connection.prepare(
            "INSERT INTO attempt (delivery, at, duration, outcome, answer, detail) VALUES (?, ?, ?, ?, ?, ?)"
        )
        trim = try connection.prepare(
            """
            DELETE FROM attempt WHERE delivery = ?1 AND seq <= (
                SELECT seq FROM attempt WHERE delivery = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)
            """
        )
        loadHook = try connection.prepare("SELECT not_before, broken_since, reason FROM hook WHERE name = ?")
        saveHook = try connection.prepare(
            """
            INSERT INTO hook (name, not_before, broken_since, reason) VALUES (?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET not_before = excluded.not_before,
                broken_since = excluded.broken_since, reason = excluded.reason
            """
        )
    }

    func write(_ attempt: AttemptRecord, of delivery: Int64, isFirst: Bool) throws(SQLiteError) {
        try insert.run(
            .integer(delivery),
            .integer(attempt.at.microseconds),
            .integer(attempt.duration.microseconds),
            .text(attempt.outcome),
            .text(attempt.answer),
            Value(attempt.detail)
        )
        if !isFirst { try trim.run(.integer(delivery), Value(Self.kept)) }
    }

    func hook(_ name: String) throws(SQLiteError) -> HookState? {
        try loadHook.first(.text(name)) { row in
            HookState(
                notBefore: Timestamp(microseconds: row.integer(0) ?? 0),
                brokenReason: row.text(2),
                brokenSince: row.integer(1).map { Timestamp(microseconds: $0) }
            )
        }
    }

    func save(_ state: HookState, of name: String) throws(SQLiteError) {
        try saveHook.run(
            .text(name),
            .integer(state.notBefore.microseconds),
            Value(state.brokenSince?.microseconds),
            Value(state.brokenReason)
        )
    }
}
