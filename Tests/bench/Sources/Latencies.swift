import Histogram
import JSON

/// Durations in nanoseconds, and what is told of them.
struct Latencies {
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: 3_600_000_000_000,
        numberOfSignificantValueDigits: .three
    )

    mutating func add(_ nanoseconds: UInt64) { histogram.record(min(nanoseconds, 3_600_000_000_000)) }

    var count: Int { Int(histogram.totalCount) }

    private static let percentiles: [(name: String, percentile: Double)] = [
        ("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9), ("max", 100),
    ]

    /// In milliseconds.
    func value(_ percentile: Double) -> Double {
        count == 0 ? 0 : Double(histogram.valueAtPercentile(percentile)) / 1e6
    }

    /// Milliseconds by the name of the percentile.
    var json: JSON {
        .object(Self.percentiles.map { ($0.name, .number((value($0.percentile) * 1e4).rounded() / 1e4)) })
    }

    var text: String {
        Self.percentiles.map { "\($0.name) \(rounded(value($0.percentile)))" }.joined(separator: "  ") + " ms"
    }
}

/// A number with three digits behind the point, for people.
func rounded(_ number: Double) -> String { "\((number * 1_000).rounded() / 1_000)" }
