import Chrono
import TestSupport
import Testing

@Suite struct SpanTextTests {
    @Test(arguments: [
        ("0s", Span.zero), ("250ms", .milliseconds(250)), ("30s", .seconds(30)), ("5m", .minutes(5)),
        ("4h", .hours(4)), ("90d", .days(90)), ("1h30m", .minutes(90)), ("1d2h3m4s5ms6us", almostAWeekday),
        ("1h90m", .minutes(150)), ("007s", .seconds(7)), ("15us", Span(microseconds: 15)),
        ("9223372036854775807us", Span(microseconds: .max)),
    ])
    func configurationReads(text: String, span: Span) {
        #expect(Span(configuration: text) == span)
    }

    @Test(arguments: [
        "", " ", "5", "s", "5 min", "5min", "-5s", "+5s", "1.5s", "5S", " 5s", "5s ", "5 s", "30m1h", "1m1m", "1h30",
        "5w", "5y", "٥s", "5s\0", "106751992d", "9223372036854775808us", "106751991d5h", "99999999999999999999s",
    ])
    func configurationRefuses(text: String) {
        #expect(Span(configuration: text) == nil)
    }

    @Test(arguments: [
        (Span.zero, "0s"), (.seconds(90), "90s"), (.minutes(125), "2h5m"), (.hours(24), "1d"), (.hours(36), "36h"),
        (.days(90), "90d"), (.milliseconds(1500), "1500ms"), (.days(90) + .seconds(1), "90d1s"),
        (Span(microseconds: 7), "7us"), (.seconds(-30), "-30s"), (Span(microseconds: .min), "-9223372036854775808us"),
    ])
    func configurationTextIsShort(span: Span, text: String) {
        #expect(span.configurationText == text)
    }

    @Test func configurationTextParsesBack() {
        var generator = SeededGenerator(state: 1)
        for _ in 0..<2000 {
            let bits = Int64.random(in: 0...62, using: &generator)
            let span = Span(microseconds: .random(in: 0...(1 << bits), using: &generator))
            #expect(Span(configuration: span.configurationText) == span)
        }
    }

    @Test(arguments: [
        (Span.zero, "0 s"), (Span(microseconds: 340), "340 µs"), (.milliseconds(250), "250 ms"),
        (.seconds(12), "12 s"), (.milliseconds(12_083), "12 s"), (.minutes(3), "3 min"), (.seconds(200), "3 min 20 s"),
        (.minutes(125), "2 h 5 min"), (.hours(2) + .seconds(9), "2 h"), (.days(1), "1 day"), (.days(4), "4 days"),
        (.hours(27), "1 day 3 h"), (.days(2) + .minutes(5), "2 days"), (.seconds(-12), "-12 s"),
    ])
    func phraseIsForPeople(span: Span, phrase: String) {
        #expect(span.phrase == phrase)
    }
}

private let almostAWeekday = Span(microseconds: 93_784_005_006)
