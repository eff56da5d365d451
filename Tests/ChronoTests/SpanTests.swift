import Chrono
import Testing

@Suite struct SpanTests {
    @Test func unitsCountMicroseconds() {
        #expect(Span.milliseconds(250).microseconds == 250_000)
        #expect(Span.seconds(30).microseconds == 30_000_000)
        #expect(Span.minutes(5) == .seconds(300))
        #expect(Span.hours(4) == .minutes(240))
        #expect(Span.days(90) == .hours(2160))
        #expect(Span.seconds(1.5) == .milliseconds(1500))
        #expect(Span.milliseconds(250).seconds == 0.25)
        #expect(Span.zero < .milliseconds(1))
    }

    @Test func arithmeticSaturates() {
        let longest = Span(microseconds: .max)
        let shortest = Span(microseconds: .min)
        #expect(longest + .seconds(1) == longest)
        #expect(shortest + shortest == shortest)
        #expect(shortest - .seconds(1) == shortest)
        #expect(longest - shortest == longest)
        #expect(.seconds(2) * 3 == Span.seconds(6))
        #expect(longest * -2 == shortest)
        #expect(shortest * -1 == longest)
        #expect(Span.days(.max) == longest)
        #expect(Span.days(.min) == shortest)
    }

    @Test(arguments: [
        (Double.nan, Int64(0)), (.infinity, .max), (-.infinity, .min), (1e300, .max), (-1e300, .min),
        (0.000_000_4, 0), (0.000_000_6, 1), (-0.000_000_6, -1),
    ])
    func anyDoubleIsASpan(seconds: Double, microseconds: Int64) {
        #expect(Span.seconds(seconds).microseconds == microseconds)
    }
}
