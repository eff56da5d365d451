import Chrono
import TestSupport
import Testing

/// The three examples of RFC 9110 section 5.6.7 are one instant.
@Suite struct HTTPDateTests {
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", Int64(784_111_777)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777),
        ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
        ("Monday, 01-Jan-68 00:00:00 GMT", 3_092_601_600),
        ("Wed Feb 18 18:35:05 2026", 1_771_439_705),
    ])
    func reads(text: String, seconds: Int64) {
        #expect(Timestamp(httpDate: text) == Timestamp(seconds: seconds))
    }

    @Test(arguments: [
        "", "120", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Son, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sunday Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37.5 GMT",
        "Sun Nov 6 08:49:37 1994", "1994-11-06T08:49:37Z",
    ])
    func refuses(text: String) {
        #expect(Timestamp(httpDate: text) == nil)
    }

    @Test func writesFixdateThatReadsBack() {
        #expect(Timestamp(seconds: 784_111_777).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(Timestamp(microseconds: -1).httpDate == "Wed, 31 Dec 1969 23:59:59 GMT")
        var generator = SeededGenerator(state: 3)
        for _ in 0..<1000 {
            let instant = Timestamp(seconds: .random(in: -62_135_596_800...253_402_300_799, using: &generator))
            #expect(Timestamp(httpDate: instant.httpDate) == instant)
        }
    }
}
