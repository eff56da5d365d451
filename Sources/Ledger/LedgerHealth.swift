import Chrono
import Posix

/// Whether what comes can be written.
///
/// On a full disk a small transaction often fits where a larger one did not: the ledger is well again only when nothing
/// has failed for a while, else it would change its mind many times a second.
struct LedgerHealth {
    /// How long nothing must have failed.
    static let quiet = Span.seconds(2)

    private(set) var failure: LedgerError?
    private var failedAt: Steady?

    /// A transaction could not be written.
    mutating func fail(_ failure: LedgerError, at now: Steady) {
        self.failure = failure
        failedAt = now
    }

    /// A transaction is on disk.
    mutating func succeed(at now: Steady) {
        guard let failedAt, now.since(failedAt) >= Self.quiet else { return }
        self = LedgerHealth()
    }
}
