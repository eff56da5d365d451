import Delivery
import Routing
import Synchronization

/// What callbacks of the ledger need to reach and what a reload replaces, in one place.
final class Switchboard: Sendable {
    private struct State: Sendable {
        var wiring = Wiring(routing: RoutingTable([]), hooks: [:])
        var alertHooks: [HookName] = []
        // The ledger's callbacks hold the switchboard and the dispatcher holds the ledger: a strong reference would close
        // a circle, and a daemon that has gone, or never came up, would keep the ledger locked.
        weak var dispatcher: Dispatcher?
    }

    private let state = Mutex(State())

    var wiring: Wiring {
        get { state.withLock { $0.wiring } }
        set { state.withLock { $0.wiring = newValue } }
    }

    var alertHooks: [HookName] {
        get { state.withLock { $0.alertHooks } }
        set { state.withLock { $0.alertHooks = newValue } }
    }

    var dispatcher: Dispatcher? {
        get { state.withLock { $0.dispatcher } }
        set { state.withLock { $0.dispatcher = newValue } }
    }

    /// Something may have become due for these hooks.
    func wake(_ hooks: Set<String>) {
        guard !hooks.isEmpty, let dispatcher else { return }
        Task { await dispatcher.wake(hooks) }
    }
}
