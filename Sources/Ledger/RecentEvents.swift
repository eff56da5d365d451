/// The ids of the newest events, in memory: a retry comes soon, and may be stamped anew.
struct RecentEvents {
    /// Events remembered: Linq's half hour of retries at 36 events a second.
    static let capacity = 65_536

    /// Rows by the hash of their event's id: whoever finds one has to compare the id.
    private var rows: [Int: Int64] = [:]
    /// The hashes in the order they came in, as a ring.
    private var order: [Int] = []
    private var next = 0

    /// The row where an event of this id may be.
    func row(of id: String) -> Int64? { rows[id.hashValue] }

    /// Remembers an event.
    ///
    /// Nothing has to be taken back when its row is: a row is only ever where an event may be.
    mutating func add(_ id: String, at row: Int64) { add(hash: id.hashValue, at: row) }

    mutating func add(hash: Int, at row: Int64) {
        rows[hash] = row
        guard order.count == Self.capacity else { return order.append(hash) }
        rows[order[next]] = nil
        order[next] = hash
        next = (next + 1) % Self.capacity
    }
}
