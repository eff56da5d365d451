package import Lines
import SQLite

// Pages of history, newest first. Each filter is a condition on columns; places grow with time, so "before" is one too.
extension LedgerReader {
    /// Events in the order of arrival.
    package func events(_ query: HistoryQuery) throws -> [EvidenceRecord] {
        try page(query, "SELECT \(EvidenceRecord.columns) FROM event", place: "seq", state: "state = ?") {
            EvidenceRecord($0)
        }
    }

    /// Deliveries in the order of writing.
    package func deliveries(_ query: HistoryQuery) throws -> [DeliveryRecord] {
        try page(query, "SELECT \(DeliveryRecord.columns) FROM delivery", place: "seq", state: "state = ?") {
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
            state: "CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END = ?"
        ) { row in Incident(row).map { (row.integer(6) ?? 0, $0) } }.compactMap { $0 }
    }

    private func page<Row>(
        _ query: HistoryQuery,
        _ select: String,
        place: String,
        state: String,
        read: (Statement) -> Row
    ) throws -> [Row] {
        let filters: [(condition: String, value: Value?)] = [
            ("line = ?", query.line.map { .text($0.description) }),
            (state, query.state.map(Value.text)),
            ("hook = ?", query.hook.map(Value.text)),
            ("\(place) < ?", query.before.map(Value.integer)),
        ]
        let used = filters.compactMap { filter in filter.value.map { (filter.condition, $0) } }
        let conditions = used.isEmpty ? "" : " WHERE " + used.map(\.0).joined(separator: " AND ")
        let statement = try connection.prepare("\(select)\(conditions) ORDER BY \(place) DESC LIMIT ?")
        return try statement.rows(used.map(\.1) + [Value(query.limit)], read: read)
    }
}
