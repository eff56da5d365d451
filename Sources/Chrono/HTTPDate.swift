/// The dates of HTTP header fields, RFC 9110 section 5.6.7.
extension Timestamp {
    /// IMF-fixdate, in whole seconds rounded down: `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var httpDate: String {
        let (day, time) = civil
        let month = monthNames[day.month - 1]
        let weekday = dayNames[day.weekday].prefix(3)
        return "\(weekday), \(padded: day.day, 2) \(month) \(padded: day.year, 4) \(time.text) GMT"
    }

    /// Reads IMF-fixdate and the two obsolete forms, which a recipient must accept as well:
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    ///
    /// The name of the day must be one; whether it is the right one is not checked. A year of two digits is read as
    /// POSIX `strptime` reads `%y` (69 to 99 are 19xx), because the rule of RFC 9110 needs a clock.
    package init?(httpDate text: some StringProtocol) {
        var scanner = DateScanner(String(text))
        let weekday = scanner.word()
        let isShort = dayNames.contains { $0.prefix(3) == weekday }
        guard isShort || dayNames.contains(weekday) else { return nil }
        let parsed =
            if scanner.take(", ") {
                isShort ? Timestamp.takeFixdate(&scanner) : Timestamp.takeRFC850(&scanner)
            } else {
                isShort ? Timestamp.takeAsctime(&scanner) : nil
            }
        guard let parsed, scanner.isAtEnd else { return nil }
        self = parsed
    }

    private static func takeFixdate(_ scanner: inout DateScanner) -> Timestamp? {
        guard let day = scanner.digits(2), scanner.take(" "), let month = takeMonth(&scanner), scanner.take(" "),
            let year = scanner.digits(4), scanner.take(" "),
            let time = TimeOfDay(&scanner, fraction: false), scanner.take(" GMT"),
            let date = CivilDay(year: year, month: month, day: day)
        else { return nil }
        return Timestamp(day: date, time: time)
    }

    private static func takeRFC850(_ scanner: inout DateScanner) -> Timestamp? {
        guard let day = scanner.digits(2), scanner.take("-"), let month = takeMonth(&scanner), scanner.take("-"),
            let year = scanner.digits(2), scanner.take(" "),
            let time = TimeOfDay(&scanner, fraction: false), scanner.take(" GMT"),
            let date = CivilDay(year: year + (year < 69 ? 2000 : 1900), month: month, day: day)
        else { return nil }
        return Timestamp(day: date, time: time)
    }

    private static func takeAsctime(_ scanner: inout DateScanner) -> Timestamp? {
        guard scanner.take(" "), let month = takeMonth(&scanner), scanner.take(" "),
            let day = scanner.take(" ") ? scanner.digits(1) : scanner.digits(2), scanner.take(" "),
            let time = TimeOfDay(&scanner, fraction: false), scanner.take(" "), let year = scanner.digits(4),
            let date = CivilDay(year: year, month: month, day: day)
        else { return nil }
        return Timestamp(day: date, time: time)
    }

    private static func takeMonth(_ scanner: inout DateScanner) -> Int? {
        monthNames.firstIndex(of: scanner.word()).map { $0 + 1 }
    }
}

private let dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
private let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
