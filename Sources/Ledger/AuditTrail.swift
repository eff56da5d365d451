package import Chrono
import SQLite

/// Keeps what operators did, who they were, and why.
final class AuditTrail {
    private let insert: Statement
    private let known: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        insert = try connection.prepare(
            "INSERT INTO audit (at, author, action, subject, reason) VALUES (?, ?, ?, ?, ?)"
        )
        known = try connection.prepare(
            "SELECT 1 FROM audit WHERE subject = ? AND action = ? AND author = ? AND reason = ? LIMIT 1"
        )
    }

    func write(
        _ action: String,
        _ subject: String,
        _ signature: Signature,
        at now: Timestamp
    ) throws(SQLiteError) {
        try insert.run(
            .integer(now.microseconds),
            .text(signature.author),
            .text(action),
            .text(subject),
            .text(signature.reason)
        )
    }

    /// Whether exactly this was kept already.
    func has(_ action: String, _ subject: String, _ signature: Signature) throws(SQLiteError) -> Bool {
        try known.first(
            .text(subject),
            .text(action),
            .text(signature.author),
            .text(signature.reason)
        ) { _ in true } ?? false
    }
}

/// One thing an operator did.
package struct AuditRecord: Sendable {
    /// Its place in the order of writing.
    package let seq: Int64
    package let at: Timestamp
    package let author: String
    /// What it was, such as `operator.pause`, `silence.add` or `delivery.replay`.
    package let action: String
    /// A line's number, or the id of a silence, an event or a delivery.
    package let subject: String
    package let reason: String

    static let columns = "seq, at, author, action, subject, reason"

    init(_ row: Statement) {
        seq = row.integer(0) ?? 0
        at = Timestamp(microseconds: row.integer(1) ?? 0)
        author = row.text(2) ?? ""
        action = row.text(3) ?? ""
        subject = row.text(4) ?? ""
        reason = row.text(5) ?? ""
    }
}
