package import Chrono
import Glibc

/// The two clocks of the machine, passed in wherever time matters so that tests hold it in their hand.
package struct Clock: Sendable {
    /// The time of day.
    ///
    /// May jump: for what is written down and shown, never for waiting.
    package let now: @Sendable () -> Timestamp
    /// Time since some fixed moment that never jumps (CLOCK_MONOTONIC): for deadlines and durations.
    package let steady: @Sendable () -> Steady

    package init(now: @escaping @Sendable () -> Timestamp, steady: @escaping @Sendable () -> Steady) {
        self.now = now
        self.steady = steady
    }

    /// The machine's own clocks.
    package static let system = Clock(
        now: { Timestamp(microseconds: read(CLOCK_REALTIME) / 1_000) },
        steady: { Steady(nanoseconds: UInt64(read(CLOCK_MONOTONIC))) }
    )

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// A moment of the monotonic clock, in nanoseconds.
package struct Steady: Sendable, Hashable, Comparable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static func < (left: Steady, right: Steady) -> Bool { left.nanoseconds < right.nanoseconds }

    package static func + (moment: Steady, span: Span) -> Steady {
        let step = UInt64(clamping: span.microseconds).multipliedReportingOverflow(by: 1_000)
        let sum = moment.nanoseconds.addingReportingOverflow(step.overflow ? .max : step.partialValue)
        return Steady(nanoseconds: sum.overflow ? .max : sum.partialValue)
    }

    /// How long after `earlier` this is; zero when it is before.
    package func since(_ earlier: Steady) -> Span {
        Span(microseconds: self < earlier ? 0 : Int64(clamping: (nanoseconds - earlier.nanoseconds) / 1_000))
    }
}
