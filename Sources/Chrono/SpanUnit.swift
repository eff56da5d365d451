/// A unit of a configured duration; the raw value is how it is written there.
enum SpanUnit: String, CaseIterable {
    // From long to short: the order in which a duration such as "1h30m" must name them.
    case day = "d"
    case hour = "h"
    case minute = "m"
    case second = "s"
    case millisecond = "ms"
    case microsecond = "us"

    var microseconds: Int64 {
        switch self {
        case .day: 86_400_000_000
        case .hour: 3_600_000_000
        case .minute: 60_000_000
        case .second: 1_000_000
        case .millisecond: 1000
        case .microsecond: 1
        }
    }

    /// The unit after a number in a sentence: "1 day", "5 min".
    func phrase(_ count: UInt64) -> String {
        switch self {
        case .day: count == 1 ? "1 day" : "\(count) days"
        case .hour: "\(count) h"
        case .minute: "\(count) min"
        case .second: "\(count) s"
        case .millisecond: "\(count) ms"
        case .microsecond: "\(count) µs"
        }
    }
}
