package import Lines
import SQLite

/// States in the words of the indexes that are about them: SQLite does not find such an index by a parameter.
enum IndexedStates {
    /// Events that are found by their id: those that people or messages name.
    static let named = "(step IS NOT NULL OR state = 'quarantined')"
    static let events = ["quarantined": "state = 'quarantined'", "stale": "state = 'stale'"]
    static let deliveries = ["dead": "state = 'dead'"]
    static let incidents = ["open": "closed_at IS NULL", "closed": "closed_at IS NOT NULL"]
}

// Pages of history, newest first. Each filter is a condition on columns; places grow with time, so "before" is one too.
extension LedgerReader {
    /// Events in the order of arrival.
    package func events(_ query: HistoryQuery) throws -> [EvidenceRecord] {
        if let line = query.line { return try events(of: line, query) }
        return try page(
            query,
            "SELECT \(EvidenceRecord.columns) FROM event",
            place: "seq",
            indexed: IndexedStates.events
        ) {
            EvidenceRecord($0)
        }
    }

    /// By the chain that leads from each of a line's events to the one before: no index is kept for that.
    private func events(of line: PhoneNumber, _ query: HistoryQuery) throws -> [EvidenceRecord] {
        try connection.rows(
            """
            \(Self.chain) SELECT \(EvidenceRecord.columns) FROM chain CROSS JOIN event ON event.seq = chain.seq
            WHERE event.seq < ?3 AND (?4 IS NULL OR state = ?4) LIMIT ?5
            """,
            .text(line.description),
            Value(try LineTail.events(connection, of: line).last?.seq),
            .integer(query.before ?? .max),
            Value(query.state),
            Value(query.limit)
        ) { EvidenceRecord($0) }
    }

    /// The events about the line `?1`; `?2` is the newest, if it is not in the line's row.
    ///
    /// They come newest first because each leads to the next. Asked for an order, SQLite would follow the chain to its end
    /// before it gives the first; without CROSS it would, too.
    private static let chain = """
        WITH RECURSIVE chain (seq) AS (
            SELECT coalesce(max(last_event, ?2), ?2, last_event) FROM line WHERE number = ?1
            UNION ALL
            SELECT event.previous FROM chain JOIN event ON event.seq = chain.seq WHERE event.previous IS NOT NULL)
        """

    /// Deliveries in the order of writing.
    package func deliveries(_ query: HistoryQuery) throws -> [DeliveryRecord] {
        try page(
            query,
            "SELECT \(DeliveryRecord.columns) FROM delivery",
            place: "seq",
            indexed: IndexedStates.deliveries
        ) {
            DeliveryRecord($0)
        }
    }

    /// Incidents in the order of opening, each with its place.
    package func incidents(_ query: HistoryQuery) throws -> [(seq: Int64, incident: Incident)] {
        let columns = "id, line, opened_at, severity, reasons, closed_at, rowid"
        return try page(
            query,
            "SELECT \(columns) FROM incident",
            place: "rowid",
            indexed: IndexedStates.incidents
        ) { row in Incident(row).map { (row.integer(6) ?? 0, $0) } }.compactMap { $0 }
    }

    private func page<Row>(
        _ query: HistoryQuery,
        _ select: String,
        place: String,
        indexed: [String: String],
        read: (Statement) -> Row
    ) throws -> [Row] {
        let words = query.state.flatMap { indexed[$0] }
        let filters: [(condition: String, value: Value?)] = [
            ("line = ?", query.line.map { .text($0.description) }),
            ("state = ?", words == nil ? query.state.map(Value.text) : nil),
            ("hook = ?", query.hook.map(Value.text)),
            ("\(place) < ?", query.before.map(Value.integer)),
        ]
        let used = filters.compactMap { filter in filter.value.map { (filter.condition, $0) } }
        let all = [words].compactMap { $0 } + used.map(\.0)
        let conditions = all.isEmpty ? "" : " WHERE " + all.joined(separator: " AND ")
        let statement = try connection.prepare("\(select)\(conditions) ORDER BY \(place) DESC LIMIT ?")
        return try statement.rows(used.map(\.1) + [Value(query.limit)], read: read)
    }
}
