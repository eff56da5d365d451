import Chrono
import Posix
import Synchronization

/// Lets something be said once in a while, and counts how often it would have been said.
final class Occasionally: Sendable {
    private let interval: Span
    private let clock: Clock
    private let state = Mutex<(last: Steady?, total: Int)>((nil, 0))

    ///
    /// `interval`: how long to be quiet after something was said.
    init(every interval: Span, clock: Clock) {
        self.interval = interval
        self.clock = clock
    }

    /// Counts one occasion; gives the number of all occasions so far when it is time to speak, else nil.
    func occasion() -> Int? {
        let now = clock.steady()
        return state.withLock { state in
            state.total += 1
            if let last = state.last, now.since(last) < interval { return nil }
            state.last = now
            return state.total
        }
    }
}
