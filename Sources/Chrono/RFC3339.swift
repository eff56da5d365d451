/// Internet timestamps, RFC 3339 section 5.6.
extension Timestamp {
    /// Reads `2026-02-18T18:35:05.120Z`: `T`, `t` or a space between date and time, any number of fraction digits
    /// (cut off after the sixth), `Z`, `z` or an offset such as `+01:00`, years 0001 to 9999.
    ///
    /// A leap second is accepted in any minute: nobody here has the table that says where there was one.
    package init?(rfc3339 text: some StringProtocol) { self.init(rfc3339: String(text)) }

    /// Reads an Internet timestamp that is a text of its own.
    package init?(rfc3339 text: String) {
        var scanner = DateScanner(text)
        guard let year = scanner.digits(4), scanner.take("-"),
            let month = scanner.digits(2), scanner.take("-"),
            let dayOfMonth = scanner.digits(2),
            let day = CivilDay(year: year, month: month, day: dayOfMonth),
            scanner.take("T") || scanner.take("t") || scanner.take(" "),
            let time = TimeOfDay(&scanner, fraction: true),
            let offset = Timestamp.takeOffset(&scanner),
            scanner.isAtEnd
        else { return nil }
        self.init(day: day, time: time, offsetMinutes: offset)
    }

    /// Always UTC with `Z`; three fraction digits, or six if three do not hold the instant.
    ///
    /// An instant beyond the years 0001 to 9999 is written as the nearest one that the format can hold.
    package var rfc3339: String {
        var text: [UInt8] = []
        text.reserveCapacity(27)
        appendRFC3339(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Minutes east of UTC.
    ///
    /// `-00:00` (section 4.3, local offset unknown) is UTC all the same.
    private static func takeOffset(_ scanner: inout DateScanner) -> Int? {
        if scanner.take("Z") || scanner.take("z") { return 0 }
        let isWest = scanner.take("-")
        guard isWest || scanner.take("+"), let hours = scanner.digits(2), hours < 24, scanner.take(":"),
            let minutes = scanner.digits(2), minutes < 60
        else { return nil }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }
}
