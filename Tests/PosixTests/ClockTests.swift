import Chrono
import Testing

@testable import Posix

@Suite struct ClockTests {
    private static let hour: UInt64 = 3_600_000_000_000

    @Test(
        "A moment and a span make a moment that never wraps round",
        arguments: [
            (0, .zero, 0),
            (5, Span(microseconds: 1), 1_005),
            (7, .hours(1), hour + 7),
            // A negative span is none: a deadline does not lie before its beginning.
            (5, .seconds(-1), 5),
            (0, Span(microseconds: .min), 0),
            (0, Span(microseconds: .max), .max),
            (.max, Span(microseconds: 1), .max),
            (.max - 999, Span(microseconds: 1), .max),
            (.max - 1_000, Span(microseconds: 1), .max),
            (.max - 1_001, Span(microseconds: 1), .max - 1),
        ] as [(UInt64, Chrono.Span, UInt64)]
    )
    func adds(moment: UInt64, span: Chrono.Span, sum: UInt64) {
        #expect(Steady(nanoseconds: moment) + span == Steady(nanoseconds: sum))
    }

    @Test(
        "The time between two moments is never negative",
        arguments: [
            (0, 0, .zero),
            (1_999, 0, Span(microseconds: 1)),
            (hour + 5, 5, .hours(1)),
            (0, 1, .zero),
            (0, .max, .zero),
            (.max, 0, Span(microseconds: Int64(UInt64.max / 1_000))),
        ] as [(UInt64, UInt64, Chrono.Span)]
    )
    func subtracts(later: UInt64, earlier: UInt64, span: Chrono.Span) {
        #expect(Steady(nanoseconds: later).since(Steady(nanoseconds: earlier)) == span)
    }

    @Test("The machine's clocks run: one never backwards, the other after this was written")
    func system() {
        let moments = (0..<1_000).map { _ in Clock.system.steady() }
        #expect(moments == moments.sorted())
        #expect(Clock.system.now() > Timestamp(seconds: 1_700_000_000))
    }
}
