import Chrono

/// Lets messages go no faster than a receiver takes them.
struct Pace {
    private let interval: Span?
    /// When the next message may go.
    private(set) var next = Timestamp(microseconds: 0)

    /// `interval`: from one message to the next; nil: no limit.
    init(interval: Span?) { self.interval = interval }

    var isLimited: Bool { interval != nil }

    /// Whether a message may go now; it is then counted.
    mutating func takes(_ now: Timestamp) -> Bool {
        guard let interval else { return true }
        if next > now { return false }
        next = now + interval
        return true
    }
}
