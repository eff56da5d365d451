package import Chrono
package import Posix
import Synchronization

/// A clock that stands still until a test moves it.
package final class FakeClock: Sendable {
    private let passed = Mutex(Span.zero)

    package init() {}

    package var clock: Clock {
        Clock(now: { Timestamp(seconds: 784_111_777) + self.passed.withLock { $0 } }, steady: { self.steady })
    }

    package var steady: Steady { Steady(nanoseconds: 1_000_000_000_000) + passed.withLock { $0 } }

    /// Time passes, by both clocks.
    package func advance(_ span: Span) { passed.withLock { $0 = $0 + span } }
}
