import Chrono
import Delivery
import Hooks
import Ledger
import Routing
import Synchronization

/// What callbacks of the ledger need to reach and what a reload replaces, in one place.
final class Switchboard: Sendable {
    private struct State: Sendable {
        var wiring = Wiring(routing: RoutingTable([]), hooks: [:])
        var alertHooks: [HookName] = []
        var fallbacks: [HookName: HookName] = [:]
        // The ledger's callbacks hold the switchboard and the dispatcher holds the ledger: a strong reference would close
        // a circle, and a daemon that has gone, or never came up, would keep the ledger locked.
        weak var dispatcher: Dispatcher?
        var account: Account?
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

    /// The hooks that hear of a trouble: not the one that is in it, but its fallback if there is no other.
    func listeners(except troubled: HookName?) -> [HookName] {
        state.withLock { state in
            let others = state.alertHooks.filter { $0 != troubled }
            guard others.isEmpty, !state.alertHooks.isEmpty, let troubled, let fallback = state.fallbacks[troubled]
            else { return others }
            return [fallback]
        }
    }

    /// Where the hooks' pages go that they do not take.
    var fallbacks: [HookName: HookName] {
        get { state.withLock { $0.fallbacks } }
        set { state.withLock { $0.fallbacks = newValue } }
    }

    var dispatcher: Dispatcher? {
        get { state.withLock { $0.dispatcher } }
        set { state.withLock { $0.dispatcher = newValue } }
    }

    /// Linq's side of things; nil where it is not asked.
    var account: Account? {
        get { state.withLock { $0.account } }
        set { state.withLock { $0.account = newValue } }
    }

    /// Something may have become due for these hooks.
    func wake(_ hooks: Set<String>) {
        guard !hooks.isEmpty, let dispatcher else { return }
        Task { await dispatcher.wake(hooks) }
    }

    /// A message about the daemon for every hook that hears of such.
    func drafts(_ message: Message, except troubled: HookName?) -> [DeliveryDraft] {
        let wiring = wiring
        return listeners(except: troubled).compactMap { wiring.alert(message, for: $0) }
    }

    /// Has people told of a trouble of the daemon's own.
    func alert(_ message: Message, _ route: Alerts.Route, _ ledger: Ledger, at now: Timestamp) {
        switch route {
        case .deliveries(let troubled): ledger.enqueue(drafts(message, except: troubled))
        case .direct:
            guard let dispatcher else { return }
            let wiring = wiring
            let hooks = alertHooks.compactMap { name in wiring.hooks[name].map { (name: name, hook: $0) } }
            let id = IdentifierSource().next("alt", at: now)
            Task { await dispatcher.tell(message, hooks, id: id) }
        }
    }
}
