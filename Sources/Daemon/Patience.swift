package import Chrono
package import Posix
import Systemd

/// Asks the service manager for more time, again and again, while a long start or stop goes on.
///
/// A migration of a large ledger, or replanning for many lines, may last longer than `TimeoutStartSec=`; being killed in
/// the middle of it would only make it begin anew. What hangs for good is ended all the same: patience has a limit.
package final class Patience: Sendable {
    private static let turn: UInt64 = 5_000_000_000
    /// What is asked for in each turn: enough for two turns to come late.
    private static let request = Span.seconds(15)

    private let executor = QueueExecutor(label: "patience")
    private let source: EventSource

    /// Lasts until it is let go, and `limit` at the most.
    package init(within limit: Span, clock: Clock = .system) {
        let end = clock.steady() + limit
        Notifier.extendTimeout(by: Self.request)
        source = EventSource.every(nanoseconds: Self.turn, on: executor) {
            if clock.steady() < end { Notifier.extendTimeout(by: Self.request) }
        }
    }
}
