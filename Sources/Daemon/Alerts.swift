import Chrono
import Hooks
import Posix
import Synchronization

/// The daemon's own troubles, told to people: each kind once in a while, however often it happens.
final class Alerts: Sendable {
    /// Who can be told, and how.
    enum Route: Sendable {
        /// Through the ledger and every alert hook but the one that is in trouble itself.
        case deliveries(except: String?)
        /// At once and past the ledger, because the ledger is the trouble.
        case direct
    }

    /// Alerts of all kinds within an hour at the most: beyond it something is wrong that more of them will not mend.
    private static let hourly = 30

    private struct State {
        var lastTold: [String: Steady] = [:]
        var recent: [Steady] = []
    }

    private let clock: Clock
    private let state = Mutex(State())
    private let send: @Sendable (Message, Route) -> Void

    init(clock: Clock, send: @escaping @Sendable (Message, Route) -> Void) {
        self.clock = clock
        self.send = send
    }

    /// Tells of a trouble, unless one of its kind and about the same thing was told of a short while ago.
    ///
    /// `hook`: the hook that is in trouble; it is not told itself.
    ///
    /// `about`: what it is about, if that is no hook.
    ///
    /// - Returns: Whether it was told of.
    @discardableResult
    func raise(
        _ kind: String,
        _ summary: String,
        remedy: String,
        atMostEvery interval: Span = .hours(1),
        hook: String? = nil,
        about: String? = nil,
        direct: Bool = false
    ) -> Bool {
        guard let message = compose(kind, summary, remedy: remedy, atMostEvery: interval, about: hook ?? about)
        else { return false }
        send(message, direct ? .direct : .deliveries(except: hook))
        return true
    }

    /// The message that tells of a trouble; nil when one of its kind and about the same thing was told of a short while
    /// ago.
    func compose(
        _ kind: String,
        _ summary: String,
        remedy: String,
        atMostEvery interval: Span = .hours(1),
        about: String? = nil
    ) -> Message? {
        let now = clock.steady()
        let key = about.map { "\(kind) \($0)" } ?? kind
        let isNews = state.withLock { state in
            if let last = state.lastTold[key], now.since(last) < interval { return false }
            state.recent.removeAll { now.since($0) >= .hours(1) }
            if state.recent.count >= Self.hourly { return false }
            state.recent.append(now)
            state.lastTold[key] = now
            return true
        }
        guard isNews else { return nil }
        return Message(alert: .init(kind: kind, summary: summary, remedy: remedy), at: clock.now())
    }

    /// The trouble is over: should it come back, it is news again.
    func settle(_ kind: String, hook: String? = nil, about: String? = nil) {
        let key = (hook ?? about).map { "\(kind) \($0)" } ?? kind
        state.withLock { $0.lastTold[key] = nil }
    }
}
