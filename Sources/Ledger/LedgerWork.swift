import Lines

/// Something to be written, and whom to tell when it is.
enum LedgerWork: Sendable {
    case record(VerifiedEvent, reply: @Sendable (Receipt) -> Void)
    case settle(seq: Int64, Settlement, reply: @Sendable (LedgerError?) -> Void)
    case remember(key: String, value: String)
    case enqueue([DeliveryDraft])
    case operate(OperatorOrder, reply: @Sendable (Result<LineRecord, LedgerError>) -> Void)

    /// Tells whoever waits that it could not be written.
    func refuse(_ failure: LedgerError) {
        switch self {
        case .record(_, let reply): reply(.failed(failure))
        case .settle(_, _, let reply): reply(failure)
        case .operate(_, let reply): reply(.failure(failure))
        case .remember, .enqueue: break
        }
    }
}
