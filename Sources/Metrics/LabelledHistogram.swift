import Synchronization

/// Histograms with the same bounds, one for each combination of label values.
package final class LabelledHistogram: Sendable {
    private let bounds: [Double]
    private let members = Mutex<[[String]: Histogram]>([:])

    package init(bounds: [Double]) { self.bounds = bounds }

    /// The histogram of one combination; from then on it is on the page, even if nothing is ever counted.
    @discardableResult
    package func of(_ labels: String...) -> Histogram {
        members.withLock { members in
            if let known = members[labels] { return known }
            let new = Histogram(bounds: bounds)
            members[labels] = new
            return new
        }
    }

    /// All combinations asked for so far, in the order of their labels.
    var samples: [(labels: [String], histogram: Histogram)] {
        members.withLock { members in
            members.map { ($0.key, $0.value) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
        }
    }
}
