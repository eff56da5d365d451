package import Chrono
import Posix
import SQLite

/// Where a round of pruning has got to.
package struct PruningRound: Sendable {
    /// Only what ended before is removed.
    let cutoff: Timestamp
    private(set) var stage = Stage.events
    /// The last row that was looked at.
    private(set) var cursor: Int64 = 0
    /// Rows removed so far.
    package private(set) var removed = 0

    enum Stage: Int, CaseIterable { case events, deliveries, incidents, silences, audit, inspections, space, done }

    package init(cutoff: Timestamp) { self.cutoff = cutoff }

    package var isOver: Bool { stage == .done }

    var isAtItsBeginning: Bool { stage == .events && cursor == 0 }

    mutating func advance(to cursor: Int64?, removed count: Int) {
        removed += count
        if let cursor {
            self.cursor = cursor
        } else {
            self.cursor = 0
            stage = Stage(rawValue: stage.rawValue + 1) ?? .done
        }
    }
}

extension Ledger {
    /// Rows looked at in one step, so that an acknowledgement behind it waits for a few milliseconds at the most.
    private static let step = 250

    /// Does one small step of removing history that is over and older than the retention.
    ///
    /// The history of an open incident stays, whatever its age; so do pending deliveries, and of every line the newest
    /// event, which says why it is what it is.
    package nonisolated func prune(_ round: PruningRound) async throws(LedgerError) -> PruningRound {
        if round.isAtItsBeginning { try await settleAllLines() }
        return try await write { context, _ throws(SQLiteError) in
            var round = round
            try Pruner(context.tools.connection, limit: Self.step).run(&round)
            return round
        }
    }
}

/// Removes what is over.
private struct Pruner {
    /// Pages given back to the file system in one step.
    private static let freedPages = 200

    let connection: Connection
    let limit: Int

    init(_ connection: Connection, limit: Int) {
        self.connection = connection
        self.limit = limit
    }

    func run(_ round: inout PruningRound) throws(SQLiteError) {
        let cutoff = Value.integer(round.cutoff.microseconds)
        switch round.stage {
        case .events:
            // The newest of all stays too: its place must not be taken by another.
            let isOver = try connection.prepare(
                """
                SELECT 1 FROM event WHERE seq = ? AND seq < (SELECT max(seq) FROM event)
                AND NOT EXISTS (SELECT 1 FROM incident WHERE id = event.incident AND closed_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM line WHERE number = event.line AND last_event = event.seq)
                """
            )
            let removal = try EventRemoval(connection)
            // Rows come in the order of arrival: the first that is young enough ends the search.
            try rows(&round, "event", "seq > ? ORDER BY seq", young: "received_at >= ?") { seq throws(SQLiteError) in
                guard try isOver.first(.integer(seq), read: { _ in true }) == true else { return 0 }
                try removal.remove(at: seq)
                return 1
            }
        case .deliveries:
            try rows(&round, "delivery", "seq > ? ORDER BY seq", young: "created_at >= ?") { seq throws(SQLiteError) in
                let count = try connection.prepare(
                    """
                    DELETE FROM delivery WHERE seq = ?1 AND settled_at < ?2
                    AND NOT EXISTS (SELECT 1 FROM incident WHERE id = delivery.incident AND closed_at IS NULL)
                    """
                ).run(.integer(seq), cutoff)
                if count > 0 {
                    try connection.prepare("DELETE FROM attempt WHERE delivery = ?").run(.integer(seq))
                }
                return count
            }
        case .incidents:
            let ids = try connection.rows(
                "SELECT id FROM incident WHERE closed_at < ? ORDER BY closed_at LIMIT ?",
                cutoff,
                Value(limit)
            ) { $0.text(0) ?? "" }
            for id in ids {
                try connection.prepare("DELETE FROM paged WHERE incident = ?").run(.text(id))
                try connection.prepare("DELETE FROM incident WHERE id = ?").run(.text(id))
            }
            round.advance(to: ids.count == limit ? 0 : nil, removed: ids.count)
        case .silences:
            let count = try connection.prepare("DELETE FROM silence WHERE ends_at < ?").run(cutoff)
            round.advance(to: nil, removed: count)
        case .audit:
            let count = try connection.prepare(
                "DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE at < ? ORDER BY seq LIMIT ?)"
            ).run(cutoff, Value(limit))
            round.advance(to: count == limit ? 0 : nil, removed: count)
        case .inspections:
            let count = try connection.prepare(
                "DELETE FROM inspection WHERE id IN (SELECT id FROM inspection WHERE settled_at < ? LIMIT ?)"
            ).run(cutoff, Value(limit))
            round.advance(to: count == limit ? 0 : nil, removed: count)
        case .space:
            let free = try connection.rows("PRAGMA freelist_count") { $0.integer(0) ?? 0 }.first ?? 0
            // The rows of this pragma are its work: all of them are to be read.
            if free > 0 { _ = try connection.rows("PRAGMA incremental_vacuum(\(Self.freedPages))") { _ in () } }
            round.advance(to: free > Int64(Self.freedPages) ? 0 : nil, removed: 0)
        case .done: break
        }
    }

    private func rows(
        _ round: inout PruningRound,
        _ table: String,
        _ order: String,
        young: String,
        remove: (Int64) throws(SQLiteError) -> Int
    ) throws(SQLiteError) {
        let found = try connection.rows(
            "SELECT seq, \(young) FROM \(table) WHERE \(order) LIMIT ?",
            .integer(round.cutoff.microseconds),
            .integer(round.cursor),
            Value(limit)
        ) { ($0.integer(0) ?? 0, $0.integer(1) == 1) }
        var count = 0
        let old = found.prefix { !$0.1 }
        for (seq, _) in old { count += try remove(seq) }
        round.advance(to: old.count == limit ? old.last?.0 : nil, removed: count)
    }
}
