import SQLite

/// The ids of the newest events, in memory: a retry comes soon, and may be stamped anew.
///
/// Older events are known again by id and `created_at` together (the index `event_identity`).
struct RecentEvents {
    /// Events remembered: Linq's half hour of retries at 36 events a second.
    static let capacity = 65_536

    /// Rows by the hash of their event's id: whoever finds one has to compare the id.
    private var rows: [Int: Int64] = [:]
    /// The hashes in the order they came in, as a ring.
    private var order: [Int] = []
    private var next = 0

    init() {}

    /// The newest events of a ledger.
    init(_ connection: Connection) throws(SQLiteError) {
        let newest = try connection.rows(
            "SELECT id, seq FROM event WHERE created_at > 0 ORDER BY created_at DESC LIMIT ?",
            Value(Self.capacity)
        ) { (($0.text(0) ?? "").hashValue, $0.integer(1) ?? 0) }
        for (hash, row) in newest.reversed() { add(hash, row) }
    }

    /// The row where an event of this id may be.
    func row(of id: String) -> Int64? { rows[id.hashValue] }

    /// Remembers an event.
    ///
    /// Nothing has to be taken back when its row is: a row is only ever where an event may be.
    mutating func add(_ id: String, at row: Int64) { add(id.hashValue, row) }

    private mutating func add(_ hash: Int, _ row: Int64) {
        rows[hash] = row
        guard order.count == Self.capacity else { return order.append(hash) }
        rows[order[next]] = nil
        order[next] = hash
        next = (next + 1) % Self.capacity
    }
}
