import Metrics
import Settings
import Chrono
import HTTPClient
import Ledger
import Lines
import Linq
import Posix
import Synchronization

/// Linq's side of things as one configuration wants it looked at: replaced as a whole by a reload.
final class Account: Sendable {
    let reconciler: Reconciler
    /// Nil with API V2, which has no audits.
    let inspector: Inspector?

    init(_ settings: LinqSettings, client: HTTPClient, _ tools: AccountTools) {
        // A call that lasts into the next one's time is given up: it is made again then.
        let patience = min(.seconds(60), settings.reconcileEvery)
        let api = PartnerAPI(settings.access, client: client, patience: patience) { exchange in
            tools.instruments.exchanges.add(1, exchange.error == nil ? "ok" : "failed")
        }
        let inspector =
            settings.access.version == .v3 ? Inspector(api, automatic: settings.audits, tools) : nil
        self.inspector = inspector
        reconciler = Reconciler(settings, api, tools) { line in
            if let inspector { Task { await inspector.doubt(line) } }
        }
    }

    func start() async {
        await reconciler.start()
        await inspector?.wake()
    }

    func stop() async {
        await reconciler.stop()
        await inspector?.stop()
    }

    /// A delivery says something about the account.
    func take(_ signal: AccountSignal) {
        Task { [reconciler, inspector] in
            if case .gap(let line) = signal { await inspector?.doubt(line) }
            await reconciler.reconcile()
        }
    }

    /// Incidents may have opened.
    func incidentsChanged() {
        if let inspector { Task { await inspector.wake() } }
    }
}
