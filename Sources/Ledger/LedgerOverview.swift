package import Chrono
package import Lines
import SQLite

/// One attempt to deliver.
package struct AttemptEntry: Sendable {
    package let at: Timestamp
    package let duration: Span
    package let outcome: String
    package let answer: String
    package let detail: String?
}

// What operators look at besides lines and history.
extension LedgerReader {
    /// Silences in force.
    package func silences(at now: Timestamp) throws -> [Silence] {
        try connection.rows(
            "SELECT \(SilenceStore.columns) FROM silence WHERE removed_at IS NULL AND ends_at > ? ORDER BY id",
            .integer(now.microseconds)
        ) { Silence($0) }.compactMap { $0 }
    }

    /// What is known of hooks that were broken or asked to wait.
    package func hookStates() throws -> [String: HookState] {
        let rows = try connection.rows("SELECT name, not_before, broken_since, reason FROM hook") { row in
            (
                row.text(0) ?? "",
                HookState(
                    notBefore: Timestamp(microseconds: row.integer(1) ?? 0),
                    brokenReason: row.text(3),
                    brokenSince: row.integer(2).map { Timestamp(microseconds: $0) }
                )
            )
        }
        return Dictionary(rows) { $1 }
    }

    /// One delivery; nil when there is none with this id.
    package func delivery(_ id: String) throws -> DeliveryRecord? {
        try connection.rows("SELECT \(DeliveryRecord.columns) FROM delivery WHERE id = ?", .text(id)) {
            DeliveryRecord($0)
        }.first
    }

    /// What was answered to a delivery, or to the one that carried it, oldest first.
    package func attempts(_ delivery: DeliveryRecord) throws -> [AttemptEntry] {
        try connection.rows(
            "SELECT at, duration, outcome, answer, detail FROM attempt WHERE delivery = ? ORDER BY seq",
            .integer(delivery.carrier ?? delivery.seq)
        ) { row in
            AttemptEntry(
                at: Timestamp(microseconds: row.integer(0) ?? 0),
                duration: Span(microseconds: row.integer(1) ?? 0),
                outcome: row.text(2) ?? "",
                answer: row.text(3) ?? "",
                detail: row.text(4)
            )
        }
    }

    /// What operators did, newest first.
    package func audit(before: Int64?, limit: Int) throws -> [AuditRecord] {
        try connection.rows(
            "SELECT \(AuditRecord.columns) FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?",
            .integer(before ?? .max),
            Value(limit)
        ) { AuditRecord($0) }
    }
}
