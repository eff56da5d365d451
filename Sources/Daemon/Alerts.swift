import Chrono
import Hooks
import Posix
import Synchronization

/// The daemon's own troubles, told to people: each kind once in a while, however often it happens.
final class Alerts: Sendable {
    private let clock: Clock
    private let lastTold = Mutex<[String: Steady]>([:])
    private let send: @Sendable (Message) -> Void

    init(clock: Clock, send: @escaping @Sendable (Message) -> Void) {
        self.clock = clock
        self.send = send
    }

    /// Tells of a trouble, unless one of its kind was told of a short while ago.
    func raise(_ kind: String, _ summary: String, remedy: String, atMostEvery interval: Span = .hours(1)) {
        let now = clock.steady()
        let isNews = lastTold.withLock { lastTold in
            if let last = lastTold[kind], now.since(last) < interval { return false }
            lastTold[kind] = now
            return true
        }
        if isNews { send(Message(alert: .init(kind: kind, summary: summary, remedy: remedy), at: clock.now())) }
    }
}
