/// A time of day: the second of the day, 0 to 86399, and the microsecond of that second.
struct TimeOfDay {
    let second: Int
    let microsecond: Int

    init(second: Int, microsecond: Int) {
        self.second = second
        self.microsecond = microsecond
    }

    /// Reads `hh:mm:ss`, and a fraction where the format has one.
    ///
    /// A leap second (`:60`) counts as the last microsecond before it, because POSIX time has no number for it.
    init?(_ scanner: inout DateScanner, fraction: Bool) {
        guard let hour = scanner.digits(2), hour < 24, scanner.take(":"),
            let minute = scanner.digits(2), minute < 60, scanner.take(":"),
            let second = scanner.digits(2), second <= 60
        else { return nil }
        var microsecond = 0
        if fraction, scanner.take(".") {
            guard let digits = scanner.fraction() else { return nil }
            microsecond = digits
        }
        let isLeap = second == 60
        self.second = hour * 3600 + minute * 60 + (isLeap ? 59 : second)
        self.microsecond = isLeap ? 999_999 : microsecond
    }

    /// `hh:mm:ss`.
    var text: String {
        "\(padded: second / 3600, 2):\(padded: second / 60 % 60, 2):\(padded: second % 60, 2)"
    }
}
