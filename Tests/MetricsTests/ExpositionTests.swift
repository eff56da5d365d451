import Testing

@testable import Metrics

/// https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4.
@Suite struct ExpositionTests {
    @Test func aWholePage() {
        let requests = Counter()
        requests.add(3, "stored", "POST")
        requests.add(1, "duplicate", "POST")
        let alerts = Counter()
        alerts.add(2)
        let times = Histogram(bounds: [0.0001, 0.5, 1])
        for value in [0.00005, 0.25, 0.5, 0.75, 20] { times.observe(value) }
        var page = Exposition()
        page.counter("lw_requests_total", "Requests by answer.", labels: ["answer", "method"], requests)
        page.counter("lw_alerts_total", "Alerts.", alerts)
        page.counter("lw_gaps_total", "Gaps.", Counter())
        page.counter("lw_hooks_total", "Hooks.", labels: ["hook"], Counter())
        page.gauge("lw_lines", "Lines by decision.", labels: ["decision"], [(["paused"], 2), (["slowed"], 0.5)])
        page.gauge("lw_up", "Whether it runs.", 1)
        page.histogram("lw_seconds", "Seconds.", times)
        #expect(
            page.text == """
                # HELP lw_requests_total Requests by answer.
                # TYPE lw_requests_total counter
                lw_requests_total{answer="duplicate",method="POST"} 1
                lw_requests_total{answer="stored",method="POST"} 3
                # HELP lw_alerts_total Alerts.
                # TYPE lw_alerts_total counter
                lw_alerts_total 2
                # HELP lw_gaps_total Gaps.
                # TYPE lw_gaps_total counter
                lw_gaps_total 0
                # HELP lw_hooks_total Hooks.
                # TYPE lw_hooks_total counter
                # HELP lw_lines Lines by decision.
                # TYPE lw_lines gauge
                lw_lines{decision="paused"} 2
                lw_lines{decision="slowed"} 0.5
                # HELP lw_up Whether it runs.
                # TYPE lw_up gauge
                lw_up 1
                # HELP lw_seconds Seconds.
                # TYPE lw_seconds histogram
                lw_seconds_bucket{le="0.0001"} 1
                lw_seconds_bucket{le="0.5"} 3
                lw_seconds_bucket{le="1"} 4
                lw_seconds_bucket{le="+Inf"} 5
                lw_seconds_sum 21.50005
                lw_seconds_count 5

                """
        )
    }

    @Test func anEmptyPageIsEmpty() {
        #expect(Exposition().text == "")
        #expect(Exposition.contentType == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test(arguments: [
        ("plain", #"plain"#), ("", ""), (#"a"b"#, #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#),
        (#"\n"#, #"\\n"#), ("\\\n\"", #"\\\n\""#), ("é☎", "é☎"), ("a\r\nb", "a\r\\nb"), ("{}=,", "{}=,"),
    ])
    func labelValuesAreEscaped(value: String, text: String) {
        let counter = Counter()
        counter.add(1, value)
        var page = Exposition()
        page.counter("a", "b", labels: ["c"], counter)
        #expect(page.text == "# HELP a b\n# TYPE a counter\na{c=\"\(text)\"} 1\n")
    }

    /// In HELP a quote stays as it is.
    @Test func helpIsEscaped() {
        var page = Exposition()
        page.gauge("a", "say \"\\\"\nand go", 1)
        #expect(page.text == "# HELP a say \"\\\\\"\\nand go\n# TYPE a gauge\na 1\n")
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1, "1"), (-7, "-7"), (0.1, "0.1"), (1e14, "100000000000000"),
        (1e15, "1000000000000000.0"),
        (1e16, "1e+16"), (1e-7, "1e-07"), (1.5e300, "1.5e+300"), (Double.infinity, "+Inf"), (-.infinity, "-Inf"),
        (.nan, "NaN"),
    ])
    func numbers(value: Double, text: String) {
        var page = Exposition()
        page.gauge("a", "b", value)
        #expect(page.text.hasSuffix("\na \(text)\n"))
        if !value.isNaN { #expect(Double(text.replacing("Inf", with: "inf")) == value) }
    }

    /// Buckets only grow, and the last equals the count, whatever was observed.
    @Test(arguments: [[Double](), [0], [-1, 99], [.infinity], [1, 2, 3, 3, 3], [0.0001, 10, 10.1]])
    func bucketsAreCumulative(values: [Double]) {
        let histogram = Histogram(bounds: Histogram.seconds)
        for value in values { histogram.observe(value) }
        var page = Exposition()
        page.histogram("h", "b", histogram)
        let lines = page.text.split(separator: "\n")
        func numbers(_ prefix: String) -> [Int] {
            lines.filter { $0.hasPrefix(prefix) }.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        }
        let buckets = numbers("h_bucket")
        #expect(buckets.count == Histogram.seconds.count + 1)
        #expect(buckets == buckets.sorted())
        #expect(lines.contains("h_bucket{le=\"+Inf\"} \(values.count)"))
        #expect(numbers("h_count") == [values.count])
    }
}
