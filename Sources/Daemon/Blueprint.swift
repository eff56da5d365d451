import Delivery
import HTTPClient
import Hooks
import Intake
import Ledger
import Lines
import Settings

/// What the daemon's parts are made from: a configuration, and what the ledger remembers.
enum Blueprint {
    static func wire(
        _ settings: Settings,
        _ client: HTTPClient,
        _ memories: HookMemories
    ) -> (Wiring, [(settings: HookSettings, hook: any Hook)]) {
        let context = HookContext(client: client, access: settings.linq?.access) { memories.memory(of: $0) }
        let hooks = settings.hooks.map { (settings: $0, hook: $0.make(context)) }
        let byName = Dictionary(hooks.map { ($0.settings.name, $0.hook) }) { $1 }
        return (Wiring(routing: settings.routing, hooks: byName), hooks)
    }

    /// Where the hooks' pages go that they do not take.
    static func fallbacks(_ settings: Settings) -> [String: String] {
        Dictionary(settings.hooks.compactMap { hook in hook.fallback.map { (hook.name, $0) } }) { $1 }
    }

    static func endpoints(_ settings: Settings, _ reader: LedgerReader) async throws -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for endpoint in settings.webhook.endpoints {
            func make(_ hasVerified: Bool) -> Endpoint {
                Endpoint(
                    path: endpoint.path,
                    secrets: endpoint.secrets,
                    tolerance: settings.webhook.tolerance,
                    hasVerified: hasVerified
                )
            }
            let known = try await reader.fact("verified \(endpoint.path)")
            endpoints.append(make(known == make(false).fingerprint))
        }
        return endpoints
    }

    static func restrictedLines(_ reader: LedgerReader, _ policy: DecisionPolicy) async throws -> [LineRecord] {
        try await reader.lines(policy, decisions: [.slowed, .paused], limit: .max)
    }
}
