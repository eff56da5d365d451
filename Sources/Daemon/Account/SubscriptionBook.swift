import Ledger
import Synchronization

/// Which of Linq's webhook subscriptions feed us: those whose ids came with genuine deliveries.
///
/// The ledger remembers the last one of each endpoint.
package final class SubscriptionBook: Sendable {
    private let ids = Mutex<[String: String]>([:])
    private let ledger: Ledger

    init(ledger: Ledger) { self.ledger = ledger }

    /// Recalls what an earlier run learnt.
    func recall(_ endpoints: [String], _ reader: LedgerReader) async throws {
        for path in endpoints {
            guard let id = try await reader.fact(Self.key(path)) else { continue }
            ids.withLock { $0[path] = id }
        }
    }

    /// A genuine delivery came to an endpoint; `id`: its `X-Webhook-Subscription-ID`.
    func note(_ id: String?, at path: String) {
        guard let id, !id.isEmpty, id.utf8.count <= 200 else { return }
        let isNews = ids.withLock { ids in
            guard ids[path] != id else { return false }
            ids[path] = id
            return true
        }
        if isNews { ledger.remember(Self.key(path), id) }
    }

    /// The ids that are known; empty before the first delivery.
    var known: Set<String> { ids.withLock { Set($0.values) } }

    /// The fact of the ledger that holds the id of an endpoint's last one.
    package static func key(_ path: String) -> String { "subscription \(path)" }
}
