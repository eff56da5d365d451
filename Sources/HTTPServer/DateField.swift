import Chrono

/// The value of the Date field (RFC 9110, section 6.6.1), made anew once a second.
struct DateField {
    private var second = Int64.min
    private var value = ""

    mutating func text(at now: Timestamp) -> String {
        let second = now.microseconds / 1_000_000
        if second != self.second {
            self.second = second
            value = now.httpDate
        }
        return value
    }
}
