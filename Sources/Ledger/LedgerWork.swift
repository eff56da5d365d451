import Chrono
import Lines
import SQLite

/// Something to be written, and whom to tell when it is.
enum LedgerWork: Sendable {
    /// Writes inside the open transaction; gives what to do once it is committed.
    typealias Body = @Sendable (Context, inout CommitReport) throws(SQLiteError) -> @Sendable () -> Void

    case record(VerifiedEvent, reply: @Sendable (Receipt) -> Void)
    case remember(key: String, value: String)
    case task(Body, refuse: @Sendable (LedgerError) -> Void)

    /// Tells whoever waits that it could not be written.
    func refuse(_ failure: LedgerError) {
        switch self {
        case .record(_, let reply): reply(.failed(failure))
        case .task(_, let refuse): refuse(failure)
        case .remember: break
        }
    }
}

/// What a task works with, inside the transaction.
struct Context {
    let tools: LedgerTools
    let policy: DecisionPolicy
    let plan: Planner
    let now: Timestamp
}

/// Everything that reads and writes the ledger's tables.
final class LedgerTools {
    let connection: Connection
    let identifiers: IdentifierSource
    let outbox: Outbox
    let queue: DeliveryQueue
    let journal: AttemptJournal
    let silences: SilenceStore
    let audit: AuditTrail
    let inspections: InspectionStore
    let facts: FactStore
    let recorder: Recorder

    init(_ connection: Connection, _ identifiers: IdentifierSource) throws(SQLiteError) {
        self.connection = connection
        self.identifiers = identifiers
        outbox = try Outbox(connection, identifiers)
        queue = try DeliveryQueue(connection, identifiers)
        journal = try AttemptJournal(connection)
        silences = try SilenceStore(connection)
        audit = try AuditTrail(connection)
        inspections = InspectionStore(connection: connection, identifiers: identifiers)
        facts = try FactStore(connection)
        recorder = try Recorder(connection, outbox, silences, identifiers)
    }
}

extension Ledger {
    /// Has something written in the next commit, and waits for it.
    nonisolated func write<Result: Sendable>(
        _ body: @escaping @Sendable (Context, inout CommitReport) throws(SQLiteError) -> Result
    ) async throws(LedgerError) -> Result {
        let result: Swift.Result<Result, LedgerError> = await withCheckedContinuation { continuation in
            let work: LedgerWork.Body = { context, report throws(SQLiteError) in
                let value = try body(context, &report)
                return { continuation.resume(returning: .success(value)) }
            }
            submit(.task(work) { continuation.resume(returning: .failure($0)) })
        }
        return try result.get()
    }

    /// Has something written in a coming commit; not waited for.
    nonisolated func post(_ body: @escaping @Sendable (Context, inout CommitReport) throws(SQLiteError) -> Void) {
        let work: LedgerWork.Body = { context, report throws(SQLiteError) in
            try body(context, &report)
            return {}
        }
        submit(.task(work) { _ in })
    }
}
