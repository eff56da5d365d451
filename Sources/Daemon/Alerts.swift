import Chrono
import Hooks
import Posix
import Synchronization

/// The daemon's own troubles, told to people: each kind once in a while, however often it happens.
final class Alerts: Sendable {
    /// How long a kind that was told is not told again.
    private static let interval = Span.hours(1)

    private let clock: Clock
    private let lastTold = Mutex<[String: Steady]>([:])
    private let send: @Sendable (Message) -> Void

    init(clock: Clock, send: @escaping @Sendable (Message) -> Void) {
        self.clock = clock
        self.send = send
    }

    /// Tells of a trouble, unless one of its kind was told of within the last hour.
    func raise(_ kind: String, _ summary: String, remedy: String) {
        let now = clock.steady()
        let isNews = lastTold.withLock { lastTold in
            if let last = lastTold[kind], now.since(last) < Self.interval { return false }
            lastTold[kind] = now
            return true
        }
        if isNews { send(Message(alert: .init(kind: kind, summary: summary, remedy: remedy), at: clock.now())) }
    }
}
