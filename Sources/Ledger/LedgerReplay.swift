package import Chrono
package import Lines
import SQLite

/// A stored event as it came in, to be read again.
package struct StoredBody: Sendable {
    package let id: String
    package let state: String
    package let endpoint: String
    package let receivedAt: Timestamp
    package let body: [UInt8]
}

/// What an event would do, if it came now.
package struct Rehearsal: Sendable {
    package let recorded: RecordedEvent
    /// Every message that would be written; muted ones with the silence that mutes them.
    package let messages: [(hook: String, type: String, silence: String?)]
}

extension LedgerReader {
    /// An event's body; nil when there is no such event, or none that was kept aside or had an effect on an incident.
    package func body(of event: String) throws -> StoredBody? {
        try connection.rows(
            "SELECT state, endpoint, received_at, body FROM event WHERE id = ? AND \(IndexedStates.named)",
            .text(event)
        ) { row in
            StoredBody(
                id: event,
                state: row.text(0) ?? "",
                endpoint: row.text(1) ?? "",
                receivedAt: Timestamp(microseconds: row.integer(2) ?? 0),
                body: row.blob(3)
            )
        }.first
    }
}

extension Ledger {
    /// Takes an event in that was kept aside and is understood now; nil when it is not there, or not aside any more.
    package nonisolated func replay(
        _ event: VerifiedEvent,
        _ signature: Signature
    ) async throws(LedgerError)
        -> RecordedEvent?
    {
        try await write { context, report throws(SQLiteError) in
            let place = try context.tools.connection.rows(
                "SELECT seq FROM event WHERE id = ? AND state = 'quarantined'",
                .text(event.id)
            ) { $0.integer(0) ?? 0 }.first
            guard let place else { return nil }
            try EventRemoval(context.tools.connection).remove(at: place)
            try context.tools.recorder.lines.noteRemoval()
            try context.tools.audit.write("event.replay", event.id, signature, at: context.now)
            return try context.tools.recorder.record(event, context.policy, context.plan, &report)
        }
    }

    /// Does all that an event would do, looks at it, and undoes it; nil for an event that is stored already.
    package nonisolated func rehearse(_ event: VerifiedEvent) async throws(LedgerError) -> Rehearsal? {
        try await write { context, _ throws(SQLiteError) in
            let connection = context.tools.connection
            // Inside the open transaction, which others share: only this part of it is undone.
            try connection.execute("SAVEPOINT rehearsal")
            defer { try? connection.execute("ROLLBACK TO rehearsal; RELEASE rehearsal") }
            let newest = try connection.rows("SELECT coalesce(max(seq), 0) FROM delivery") { $0.integer(0) ?? 0 }
            var report = CommitReport()
            let rehearsed = try context.tools.recorder.lines.rehearse { () throws(SQLiteError) in
                try context.tools.recorder.record(event, context.policy, context.plan, &report)
            }
            guard let recorded = rehearsed else { return nil }
            let messages = try connection.rows(
                "SELECT hook, type, silence FROM delivery WHERE seq > ? ORDER BY seq",
                .integer(newest.first ?? 0)
            ) { (hook: $0.text(0) ?? "", type: $0.text(1) ?? "", silence: $0.text(2)) }
            return Rehearsal(recorded: recorded, messages: messages)
        }
    }
}
