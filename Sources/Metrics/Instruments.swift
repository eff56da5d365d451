import Synchronization

/// A number that only grows, split by the values of its labels.
package final class Counter: Sendable {
    private let values = Mutex<[[String]: Int]>([:])

    package init() {}

    /// Adds to the number of one combination of label values.
    package func add(_ amount: Int = 1, _ labels: String...) {
        values.withLock { $0[labels, default: 0] += amount }
    }

    /// All combinations seen so far with their numbers, in the order of their labels.
    package var samples: [(labels: [String], value: Int)] {
        values.withLock { values in
            values.map { ($0.key, $0.value) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
        }
    }

    /// The sum over all combinations.
    package var total: Int { values.withLock { $0.values.reduce(0, +) } }
}

/// How often values fell below each of some bounds (a cumulative Prometheus histogram).
package final class Histogram: Sendable {
    /// Upper bounds, ascending; one more bucket takes what is above them.
    package let bounds: [Double]
    private let state: Mutex<State>

    private struct State {
        var buckets: [Int]
        var sum = 0.0
    }

    package init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(buckets: Array(repeating: 0, count: bounds.count + 1)))
    }

    /// Seconds from a tenth of a millisecond to ten seconds.
    package static let seconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 10]

    /// Seconds from a tenth of one to an hour: how long people and their programs take.
    package static let minutes = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]

    /// Counts one value.
    package func observe(_ value: Double) {
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.buckets[index] += 1
            state.sum += value
        }
    }

    /// Counts per bucket (not cumulated) and the sum of all values.
    package var snapshot: (buckets: [Int], sum: Double) { state.withLock { ($0.buckets, $0.sum) } }
}
