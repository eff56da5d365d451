import Chrono
import Testing

@Suite struct TimestampTests {
    @Test func arithmeticSaturates() {
        let last = Timestamp(microseconds: .max)
        let first = Timestamp(microseconds: .min)
        #expect(last + .seconds(1) == last)
        #expect(first - .seconds(1) == first)
        #expect(last - first == Span(microseconds: .max))
        #expect(first - last == Span(microseconds: .min))
        #expect(Timestamp(seconds: .max) == last)
        #expect(Timestamp(seconds: .min) == first)
    }

    @Test func differenceIsASpan() {
        let opened = Timestamp(seconds: 1000)
        #expect(opened + .minutes(2) - opened == .seconds(120))
        #expect(opened - .seconds(1) < opened)
    }
}
