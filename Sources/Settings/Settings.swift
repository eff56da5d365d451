package import Chrono
package import Crypto
package import Hooks
package import HTTPServer
package import Linq
package import Lines
package import Posix
package import Routing

/// The configuration, read and found good.
package struct Settings: Sendable {
    /// One path that Linq posts to.
    package struct Endpoint: Sendable {
        package let path: String
        package let secrets: [SigningSecret]
    }

    /// Where Linq's webhooks arrive.
    package struct Webhook: Sendable {
        package let listen: [ListenAddress]
        package let endpoints: [Endpoint]
        /// How far a delivery's timestamp may be from our clock.
        package let tolerance: Span
        package let limits: ServerLimits
        /// What TCP connections are shown; nil: a proxy in front speaks TLS.
        package let tls: TLSContext?
    }

    /// Where operators, senders and Prometheus ask.
    package struct Admin: Sendable {
        package let listen: [ListenAddress]
        package let token: Secret?
        /// Names under which it is asked, besides addresses and `localhost`.
        package let hosts: [String]
    }

    package let webhook: Webhook
    package let admin: Admin
    /// Whether the gate says "paused" for every line while the ledger cannot be written.
    package let closesGateOnFailure: Bool
    /// Holds the ledger.
    package let stateDirectory: String
    /// What is asked of Linq; nil: nothing.
    package let linq: LinqSettings?
    /// In the order of the file.
    package let hooks: [HookSettings]
    package let routing: RoutingTable
    package let policy: DecisionPolicy
    /// Hooks that hear of the daemon's own troubles.
    package let alertHooks: [HookName]
    /// How long history is kept; what is open is kept for ever.
    package let retention: Span
    /// Time in which requests under way may finish when the daemon stops.
    package let stopTimeout: Span

    /// Whether it differs from another in what only a start can take over.
    package func needsRestart(after old: Settings) -> Bool {
        webhook.listen != old.webhook.listen || admin.listen != old.admin.listen
            || webhook.limits != old.webhook.limits || stateDirectory != old.stateDirectory
            || (webhook.tls == nil) != (old.webhook.tls == nil)
    }
}
