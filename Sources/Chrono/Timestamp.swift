/// A wall-clock instant in whole microseconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX time).
///
/// Arithmetic saturates; it never traps. Reading a clock is not this module's business.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package init(seconds: Int64) {
        self.microseconds = seconds.saturatingMultiply(1_000_000)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    package static func - (left: Timestamp, right: Timestamp) -> Span {
        Span(microseconds: left.microseconds.saturatingSubtract(right.microseconds))
    }

    package static func + (instant: Timestamp, span: Span) -> Timestamp {
        Timestamp(microseconds: instant.microseconds.saturatingAdd(span.microseconds))
    }

    package static func - (instant: Timestamp, span: Span) -> Timestamp {
        Timestamp(microseconds: instant.microseconds.saturatingSubtract(span.microseconds))
    }
}

extension Timestamp {
    /// 0001-01-01T00:00:00Z, the first instant that RFC 3339 and HTTP can write with a four-digit year above zero.
    static let firstWritable = Timestamp(seconds: -62_135_596_800)

    /// 9999-12-31T23:59:59.999999Z.
    static let lastWritable = Timestamp(microseconds: 253_402_300_799_999_999)

    init?(day: CivilDay, time: TimeOfDay, offsetMinutes: Int = 0) {
        let seconds = Int64(day.number) * 86_400 + Int64(time.second) - Int64(offsetMinutes) * 60
        self.init(microseconds: seconds * 1_000_000 + Int64(time.microsecond))
        // An offset may lead out of the years that can be written.
        guard Timestamp.firstWritable <= self, self <= Timestamp.lastWritable else { return nil }
    }

    /// The UTC day and time of day; an instant beyond the years 0001 to 9999 is moved to the nearest end.
    var civil: (day: CivilDay, time: TimeOfDay) {
        let instant = min(max(self, .firstWritable), .lastWritable)
        let (seconds, microsecond) = instant.microseconds.floorDivided(by: 1_000_000)
        let (number, second) = seconds.floorDivided(by: 86_400)
        return (CivilDay(number: Int(number)), TimeOfDay(second: Int(second), microsecond: Int(microsecond)))
    }
}
