/// Builds a page in Prometheus' text format 0.0.4: one HELP and one TYPE per metric, all its samples below.
package struct Exposition: Sendable {
    /// The Content-Type without which Prometheus 3 refuses the page.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The page so far; ends in a newline.
    package private(set) var text = ""

    package init() {}

    /// Adds a counter.
    ///
    /// A counter nobody has touched yet is shown as 0 if it has no labels, else not at all.
    package mutating func counter(_ name: String, _ help: String, labels: [String] = [], _ counter: Counter) {
        head(name, help, "counter")
        let samples = counter.samples
        if samples.isEmpty, labels.isEmpty { sample(name, [], "0") }
        for each in samples { sample(name, Array(zip(labels, each.labels)), String(each.value)) }
    }

    /// Adds a counter that is kept elsewhere.
    package mutating func counter(_ name: String, _ help: String, _ value: Double) {
        head(name, help, "counter")
        sample(name, [], number(value))
    }

    /// Adds a gauge with its samples.
    package mutating func gauge(
        _ name: String,
        _ help: String,
        labels: [String] = [],
        _ samples: [(labels: [String], value: Double)]
    ) {
        head(name, help, "gauge")
        for each in samples { sample(name, Array(zip(labels, each.labels)), number(each.value)) }
    }

    /// Adds a gauge of one sample without labels.
    package mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        gauge(name, help, [(labels: [], value: value)])
    }

    /// Adds a histogram without labels.
    package mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        head(name, help, "histogram")
        samples(name, [], histogram)
    }

    /// Adds a histogram for each combination of label values.
    package mutating func histogram(_ name: String, _ help: String, labels: [String], _ histograms: LabelledHistogram) {
        head(name, help, "histogram")
        for each in histograms.samples { samples(name, Array(zip(labels, each.labels)), each.histogram) }
    }

    private mutating func samples(_ name: String, _ labels: [(String, String)], _ histogram: Histogram) {
        let (buckets, sum) = histogram.snapshot
        var count = 0
        for (bound, bucket) in zip(histogram.bounds + [.infinity], buckets) {
            count += bucket
            sample("\(name)_bucket", labels + [("le", number(bound))], String(count))
        }
        sample("\(name)_sum", labels, number(sum))
        sample("\(name)_count", labels, String(count))
    }

    private mutating func head(_ name: String, _ help: String, _ type: String) {
        text += "# HELP \(name) \(escape(help, quotes: false))\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.0)=\"\(escape($0.1, quotes: true))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        if value == -.infinity { return "-Inf" }
        if value.isNaN { return "NaN" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    private func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
