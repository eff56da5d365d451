import Chrono
import TestSupport
import Testing

/// The valid examples are those of RFC 3339 section 5.8, with the edges around them.
@Suite struct RFC3339Tests {
    @Test(arguments: [
        ("1985-04-12T23:20:50.52Z", Int64(482_196_050_520_000)),
        ("1996-12-19T16:39:57-08:00", 851_042_397_000_000),
        ("1990-12-31T23:59:60Z", 662_687_999_999_999),
        ("1990-12-31T15:59:60.5-08:00", 662_687_999_999_999),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000),
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:00z", 0),
        ("1970-01-01 00:00:00-00:00", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000),
        ("2026-02-18T18:35:05.1209999999999999999999999Z", 1_771_439_705_120_999),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ])
    func reads(text: String, microseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
        #expect(Timestamp(rfc3339: Substring(text))?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-02-18", "2026-02-18T18:35:05", "2026-02-18T18:35Z", "2026-02-18T18:35:05.Z",
        "2026-02-18T18:35:05,1Z", "2026-02-18T24:00:00Z", "2026-02-18T18:60:00Z", "2026-02-18T18:35:61Z",
        "2026-00-18T18:35:05Z", "2026-13-18T18:35:05Z", "2026-02-00T18:35:05Z", "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
        "2026-02-18T18:35:05+24:00", "2026-02-18T18:35:05+01:60", "2026-02-18T18:35:05+0100",
        "2026-02-18T18:35:05+01", "2026-02-18T18:35:05ZZ", " 2026-02-18T18:35:05Z", "2026-02-18T18:35:05Z ",
        "2026-2-18T18:35:05Z", "+026-02-18T18:35:05Z", "2026-02-18_18:35:05Z", "２026-02-18T18:35:05Z",
        "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-02-18T18:35:05Z\0",
    ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(arguments: [
        (Int64(1_771_439_705_120_000), "2026-02-18T18:35:05.120Z"),
        (1_771_439_705_120_001, "2026-02-18T18:35:05.120001Z"),
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
        (Int64.min, "0001-01-01T00:00:00.000Z"),
        (Int64.max, "9999-12-31T23:59:59.999999Z"),
    ])
    func writes(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
    }

    @Test func everyInstantReadsBack() {
        var generator = SeededGenerator(state: 2)
        for _ in 0..<5000 {
            let writable: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999
            let instant = Timestamp(microseconds: .random(in: writable, using: &generator))
            #expect(Timestamp(rfc3339: instant.rfc3339) == instant)
        }
    }

    @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
        var previous = ""
        for day in -10_000..<136_097 {
            let text = Timestamp(seconds: Int64(day) * 86_400).rfc3339
            if previous >= text || Timestamp(rfc3339: text)?.microseconds != Int64(day) * 86_400_000_000 {
                Issue.record("\(text) after \(previous)")
            }
            previous = text
        }
    }
}
