import SQLite

/// Small things worth remembering, each under its key.
struct FactStore {
    private let put: Statement
    private let remove: Statement
    private let connection: Connection

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        put = try connection.prepare(
            "INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        )
        remove = try connection.prepare("DELETE FROM fact WHERE key = ?")
    }

    /// Keeps a value instead of what there was; nil: nothing is kept any more.
    func set(_ key: String, _ value: String?) throws(SQLiteError) {
        if let value {
            try put.run(.text(key), .text(value))
        } else {
            try remove.run(.text(key))
        }
    }

    func value(_ key: String) throws(SQLiteError) -> String? { try Self.value(key, connection) }

    static func value(_ key: String, _ connection: Connection) throws(SQLiteError) -> String? {
        try connection.rows("SELECT value FROM fact WHERE key = ?", .text(key)) { $0.text(0) ?? "" }.first
    }
}

extension Ledger {
    /// Keeps a fact, or with nil removes it, and waits until that is on disk.
    package nonisolated func keep(_ value: String?, under key: String) async throws(LedgerError) {
        try await write { context, _ throws(SQLiteError) in try context.tools.facts.set(key, value) }
    }

    /// A fact as it was last committed.
    package func fact(_ key: String) throws(LedgerError) -> String? {
        do throws(SQLiteError) {
            return try tools.facts.value(key)
        } catch {
            throw .storage(error)
        }
    }
}
