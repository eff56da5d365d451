import CSQLite

/// A prepared statement.
///
/// Keeps its connection open; like it, it belongs to one actor.
package final class Statement {
    private let connection: Connection
    private let handle: OpaquePointer
    private let sql: String

    init(_ connection: Connection, _ sql: String) throws(SQLiteError) {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection.handle,
            sql,
            -1,
            UInt32(SQLITE_PREPARE_PERSISTENT),
            &prepared,
            nil
        )
        guard code == SQLITE_OK, let handle = prepared else { throw connection.failure(code, "prepare \(sql)") }
        self.connection = connection
        self.handle = handle
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    /// Runs it without rows.
    ///
    /// Gives the number of rows it changed.
    @discardableResult
    package func run(_ values: Value...) throws(SQLiteError) -> Int { try run(values) }

    /// Runs it with values in an array, without rows.
    ///
    /// Gives the number of rows it changed.
    @discardableResult
    package func run(_ values: [Value]) throws(SQLiteError) -> Int {
        try bind(values)
        defer { sqlite3_reset(handle) }
        let code = sqlite3_step(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw connection.failure(code, action) }
        return connection.changes
    }

    /// Runs it and reads every row.
    package func rows<Row>(_ values: Value..., read: (Statement) -> Row) throws(SQLiteError) -> [Row] {
        try rows(values, read: read)
    }

    /// Runs it with values in an array and reads every row.
    package func rows<Row>(_ values: [Value], read: (Statement) -> Row) throws(SQLiteError) -> [Row] {
        try bind(values)
        defer { sqlite3_reset(handle) }
        var rows: [Row] = []
        while true {
            let code = sqlite3_step(handle)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else { throw connection.failure(code, action) }
            rows.append(read(self))
        }
    }

    /// Runs it and reads the first row, if there is one.
    package func first<Row>(_ values: Value..., read: (Statement) -> Row) throws(SQLiteError) -> Row? {
        try bind(values)
        defer { sqlite3_reset(handle) }
        let code = sqlite3_step(handle)
        if code == SQLITE_DONE { return nil }
        guard code == SQLITE_ROW else { throw connection.failure(code, action) }
        return read(self)
    }

    /// The text in a column of the current row, counted from 0; nil for NULL.
    package func text(_ column: Int32) -> String? {
        guard let bytes = sqlite3_column_text(handle, column) else { return nil }
        let buffer = UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column)))
        return String(decoding: buffer, as: UTF8.self)
    }

    /// The number in a column of the current row; nil for NULL.
    package func integer(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, column)
    }

    /// The bytes in a column of the current row; none for NULL.
    package func blob(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }

    private var action: String { String(sql.prefix(60)) }

    private func bind(_ values: [Value]) throws(SQLiteError) {
        for (offset, value) in values.enumerated() {
            let index = Int32(offset + 1)
            let code: Int32
            switch value {
            case .null: code = sqlite3_bind_null(handle, index)
            case .integer(let integer): code = sqlite3_bind_int64(handle, index, integer)
            case .text(var text):
                code = text.withUTF8 { utf8 in
                    utf8.withMemoryRebound(to: CChar.self) {
                        // An empty text has no address, and a null pointer would bind NULL.
                        $0.isEmpty
                            ? lw_bind_text(handle, index, "", 0)
                            : lw_bind_text(handle, index, $0.baseAddress, Int32($0.count))
                    }
                }
            case .blob(let bytes):
                code =
                    bytes.isEmpty
                    ? sqlite3_bind_zeroblob(handle, index, 0)
                    : lw_bind_blob(handle, index, bytes, Int32(bytes.count))
            }
            if code != SQLITE_OK { throw connection.failure(code, action) }
        }
    }
}
