import Chrono
import Posix
import Synchronization

/// A clock that a test holds in its hand.
final class FakeClock: Sendable {
    private let state = Mutex<(wall: Timestamp, steady: Steady)>(
        (Timestamp(seconds: 1_771_439_705), Steady(nanoseconds: 5_000_000_000))
    )

    var clock: Clock {
        Clock(now: { self.state.withLock { $0.wall } }, steady: { self.state.withLock { $0.steady } })
    }

    /// Time passes.
    func advance(_ span: Span) {
        state.withLock { state in state = (state.wall + span, state.steady + span) }
    }

    /// Somebody sets the clock on the wall.
    func jump(_ span: Span) { state.withLock { $0.wall = $0.wall + span } }
}

/// The machine's clock, which can be set while a test runs.
final class JumpingClock: Sendable {
    private let offset = Mutex(Span.zero)
    private let passed = Mutex(Span.zero)

    var clock: Clock {
        Clock(
            now: { Clock.system.now() + self.offset.withLock { $0 } },
            steady: { Clock.system.steady() + self.passed.withLock { $0 } }
        )
    }

    /// Time passes, by both clocks.
    func advance(_ span: Span) {
        jump(span)
        passed.withLock { $0 = $0 + span }
    }

    func jump(_ span: Span) { offset.withLock { $0 = $0 + span } }
}

/// A clock on which a while passes each time somebody looks at it.
final class HurryingClock: Sendable {
    private let looks = Mutex<UInt64>(0)
    private let start = Clock.system.now()
    private let step: Span

    init(step: Span) { self.step = step }

    var clock: Clock {
        Clock(
            now: { self.start },
            steady: {
                self.looks.withLock { looks in
                    looks += 1
                    return Steady(nanoseconds: looks * UInt64(self.step.microseconds) * 1_000)
                }
            }
        )
    }
}
