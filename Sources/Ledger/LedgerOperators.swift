package import Chrono
package import Lines
import SQLite

extension Ledger {
    /// Does what an operator wants of a line; gives the line as it is then.
    package nonisolated func operate(_ order: OperatorOrder) async throws(LedgerError) -> LineRecord {
        let result = await withCheckedContinuation { continuation in
            submit(.operate(order) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    /// Lines whose hold has come to its end.
    package func endedHolds(at now: Timestamp) throws -> [PhoneNumber] {
        try connection.rows("SELECT number FROM line WHERE hold_until <= ?", .integer(now.microseconds)) {
            $0.text(0).flatMap { PhoneNumber($0) }
        }.compactMap { $0 }
    }
}
