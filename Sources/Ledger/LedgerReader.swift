package import Chrono
package import Lines
import Posix
import SQLite

/// Reads the ledger on a connection of its own, so that a long page of history never delays an acknowledgement.
package actor LedgerReader {
    private nonisolated let executor = QueueExecutor(label: "ledger reader")
    let connection: Connection

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// `isIdle`: nobody writes the ledger and its log is empty, so that no lock is taken and no file made to read it.
    ///
    /// - Throws: `LedgerError` when there is no ledger at the path.
    package init(path: String, isIdle: Bool = false) throws(LedgerError) {
        do {
            connection = try Connection(path: path, mode: isIdle ? .immutable : .readOnly)
        } catch {
            throw .storage(error)
        }
    }

    /// Lines in the order of their numbers.
    ///
    /// `decisions`: only lines with one of these decisions.
    ///
    /// `after`: only numbers behind this one: the last of the page before.
    package func lines(
        _ policy: DecisionPolicy,
        decisions: Set<Decision> = Set(Decision.allCases),
        after: String = "",
        limit: Int
    ) throws -> [LineRecord] {
        let wanted = decisions.map { "'\($0.rawValue)'" }.sorted().joined(separator: ",")
        let tail = Dictionary(grouping: try LineTail.events(connection), by: \.observation.line)
        return try connection.rows(
            "SELECT \(LineStore.columns) FROM line WHERE number > ? AND decision IN (\(wanted)) ORDER BY number LIMIT ?",
            .text(after),
            Value(limit)
        ) { LineRecord($0, policy) }.compactMap { record in
            record.map { tail[$0.state.line, default: []].reduce($0) { $0.advanced(by: $1) } }
        }
    }

    /// Lines that may send without a word to be said about them: their numbers, and since when they may.
    ///
    /// Nearly all lines are such, and at the start all are asked for: no more of them is read.
    package func plainLines(_ body: @Sendable (PhoneNumber, Timestamp) -> Void) throws {
        _ = try connection.rows("SELECT number, decision_since FROM line WHERE NOT (\(Self.remarkable))") { row in
            guard let number = row.text(0).flatMap({ PhoneNumber($0) }) else { return }
            body(number, Timestamp(microseconds: row.integer(1) ?? 0))
        }
    }

    /// Lines that may not send freely, or about which there is something to be said all the same.
    package func remarkableLines(_ policy: DecisionPolicy) throws -> [LineRecord] {
        try connection.rows("SELECT \(LineStore.columns) FROM line WHERE \(Self.remarkable)") {
            LineRecord($0, policy)
        }.compactMap { $0 }
    }

    private static let remarkable = "decision <> 'allowed' OR coalesce(membership, '') = 'released'"

    /// One line.
    package func line(_ number: PhoneNumber, _ policy: DecisionPolicy) throws -> LineRecord? {
        let tail = try LineTail.events(connection, of: number)
        return try connection.rows("SELECT \(LineStore.columns) FROM line WHERE number = ?", .text(number.description))
        {
            LineRecord($0, policy)
        }.first?.map { tail.reduce($0) { $0.advanced(by: $1) } }
    }

    /// An incident by its id.
    package func incident(_ id: String) throws -> Incident? {
        try connection.rows(
            "SELECT id, line, opened_at, severity, reasons, closed_at FROM incident WHERE id = ?",
            .text(id)
        ) { Incident($0) }.first ?? nil
    }

    /// The evidence about a line, newest first.
    package func evidence(_ number: PhoneNumber, limit: Int) throws -> [EvidenceRecord] {
        var query = HistoryQuery(limit: limit)
        query.line = number
        return try events(query)
    }

    /// Deliveries about a line, newest first.
    package func deliveries(_ number: PhoneNumber, limit: Int) throws -> [DeliveryRecord] {
        try connection.rows(
            """
            SELECT \(DeliveryRecord.columns) FROM delivery WHERE line = ? ORDER BY seq DESC LIMIT ?
            """,
            .text(number.description),
            Value(limit)
        ) { DeliveryRecord($0) }
    }

    /// What waits to be delivered, by hook: how many, and since when the oldest has been waiting.
    package func backlog() throws -> [(hook: String, pending: Int, oldest: Timestamp)] {
        // Counted in an index alone: reading a hundred thousand rows for their times would take a while.
        try connection.rows(
            """
            SELECT waiting.hook, pending, created_at FROM (
                SELECT hook, count(*) AS pending, min(seq) AS first FROM delivery WHERE state = 'pending' GROUP BY hook
            ) AS waiting JOIN delivery ON seq = first ORDER BY waiting.hook
            """
        ) { row in
            (row.text(0) ?? "", Int(row.integer(1) ?? 0), Timestamp(microseconds: row.integer(2) ?? 0))
        }
    }

    /// When the last event was received.
    package func lastEvent() throws -> Timestamp? {
        try connection.rows("SELECT received_at FROM event ORDER BY seq DESC LIMIT 1") {
            Timestamp(microseconds: $0.integer(0) ?? 0)
        }.first
    }

    /// When what an event tells of happened, and when it was received; nil for what an operator ordered.
    package func times(ofEvidence event: String) throws -> (changed: Timestamp, received: Timestamp)? {
        try connection.rows(
            """
            SELECT changed_at, received_at FROM event
            WHERE id = ? AND \(IndexedStates.named) AND source <> 'operator' AND changed_at IS NOT NULL
            """,
            .text(event)
        ) { row in
            (Timestamp(microseconds: row.integer(0) ?? 0), Timestamp(microseconds: row.integer(1) ?? 0))
        }.first
    }

    /// A fact that `Ledger.remember` or `keep` kept.
    package func fact(_ key: String) throws -> String? { try FactStore.value(key, connection) }

    /// The version of the schema; the ledger is as it was written, and nothing is migrated.
    ///
    /// - Throws: `LedgerError.newer` for one that a newer linewarden wrote.
    package func schemaVersion(path: String) throws -> (version: Int, known: Int) {
        (try Schema.knownVersion(connection, path: path), Schema.migrations.count)
    }

    /// What `PRAGMA quick_check` finds; nil when all is well.
    ///
    /// Takes about a second per gigabyte.
    package func damage() throws -> String? {
        let finding = try connection.rows("PRAGMA quick_check(1)") { $0.text(0) ?? "" }.first
        return finding == "ok" ? nil : finding
    }
}
