import Chrono
import Posix

/// The times a lane works with.
///
/// Waits are written down as times of day, but measured by the monotonic clock from one anchor: when the clock is set
/// an hour forth or back while the daemon runs, no delivery comes early, late or never.
struct DeliveryTime: Sendable {
    private let clock: Clock
    private let anchor: (wall: Timestamp, steady: Steady)

    init(clock: Clock) {
        self.clock = clock
        anchor = (clock.now(), clock.steady())
    }

    /// The time of day at the anchor and what has passed since: for comparing with waits.
    var now: Timestamp { anchor.wall + clock.steady().since(anchor.steady) }

    /// The clock on the wall: for signatures and for what people read.
    var wall: Timestamp { clock.now() }

    var steady: Steady { clock.steady() }
}
