import Chrono
import HTTPServer
import Ledger
import Lines
import Metrics
import Testing

@testable import Daemon

@Suite struct MetricsPageTests {
    private let instruments = DaemonInstruments()
    private let ledger = Ledger.Instruments()
    private let webhook = HTTPServer.Instruments()

    private func page(certificateSecondsLeft: Int? = nil) -> String {
        MetricsPage(
            instruments: instruments,
            ledger: ledger,
            webhook: webhook,
            decisions: [.paused: 2],
            hooks: ["ops": HookState(notBefore: Timestamp(seconds: 0), brokenReason: "HTTP 404")],
            silences: 1,
            backlog: [("ops \"1\"\\\n", 3, Timestamp(seconds: 100)), ("late", 1, Timestamp(seconds: 200))],
            lastEvent: Timestamp(seconds: 150),
            ledgerBytes: 4096,
            account: nil,
            readers: 2,
            isReady: true,
            certificateSecondsLeft: certificateSecondsLeft,
            now: Timestamp(seconds: 160),
            started: Timestamp(seconds: 50)
        ).text
    }

    private func touchEverything() {
        instruments.adopt(hooks: ["ops", "gate"])
        instruments.requests.add(3, "stored")
        instruments.requests.add(1, "signature_mismatch")
        instruments.events.add(1, "quote \" backslash \\ line \n break")
        instruments.stale.add()
        instruments.gaps.add(1, "status")
        instruments.deliveries.add(1, "ops", "delivered")
        instruments.deliveryFailures.add(1, "ops", "http_500")
        for value in [0, 0.0001, 0.3, 100] {
            instruments.acknowledgement.observe(value)
            instruments.deliverySeconds.of("ops").observe(value)
            instruments.timeToPause.of("received").observe(value)
            ledger.commitSeconds.observe(value)
        }
        ledger.batchSize.observe(7)
        ledger.failures.add()
        webhook.accepted.add(5)
        webhook.open.add(2)
        webhook.open.add(-1)
        webhook.acceptFailures.add(1, "Too many open files")
        webhook.limited.add(1, "connections")
        webhook.timeouts.add(1, "idle")
        webhook.tlsFailures.add(1, "wrong version number")
        webhook.refused.add(1, "bad_request")
    }

    @Test("The page is well formed, untouched and touched", arguments: [false, true])
    func wellFormed(touched: Bool) throws {
        if touched { touchEverything() }
        let text = page(certificateSecondsLeft: touched ? -5 : nil)
        #expect(text.hasSuffix("\n"))
        var types: [String: String] = [:]
        var current = ""
        var seen: Set<Substring> = []
        var helped: Set<Substring> = []
        let sample = #/([a-z_]+)(\{([a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+\})? (\S+)/#
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# HELP ") {
                #expect(helped.insert(words[2]).inserted, "\(line)")
                #expect(words.count == 4 && words[3].hasSuffix("."), "\(line)")
            } else if line.hasPrefix("# TYPE ") {
                current = String(words[2])
                #expect(helped.contains(words[2]))
                #expect(types.updateValue(String(words[3]), forKey: current) == nil, "\(line)")
            } else {
                let match = try #require(try sample.wholeMatch(in: line), "\(line)")
                let name = String(match.1)
                let isHistogram = types[current] == "histogram"
                let names = isHistogram ? ["_bucket", "_sum", "_count"].map { current + $0 } : [current]
                #expect(names.contains(name), "\(line)")
                #expect(Double(match.4) != nil || ["+Inf", "-Inf", "NaN"].contains(match.4), "\(line)")
                // One value for each name and labels.
                #expect(seen.insert(line[..<match.4.startIndex]).inserted, "\(line)")
                if types[current] == "counter" { #expect(name.hasSuffix("_total"), "\(line)") }
            }
        }
        #expect(types.count >= 20)
    }

    @Test("Histograms cumulate up to infinity, which is their count")
    func histograms() throws {
        touchEverything()
        let lines = page().split(separator: "\n")
        func values(_ prefix: String) -> [Double] {
            lines.filter { $0.hasPrefix(prefix) }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
        }
        let buckets = values("linewarden_commit_seconds_bucket")
        #expect(buckets == buckets.sorted())
        #expect(buckets.last == 4)
        #expect(lines.contains { $0.hasPrefix("linewarden_commit_seconds_bucket{le=\"+Inf\"} 4") })
        #expect(values("linewarden_commit_seconds_count") == [4])
        #expect(values("linewarden_commit_seconds_sum") == [100.3001])
    }

    @Test(
        "Values are where they belong",
        arguments: [
            "linewarden_build_info{version=\"\(Version.current)\"} 1", "linewarden_ready 1",
            "linewarden_requests_total{outcome=\"stored\"} 3", "linewarden_lines{decision=\"allowed\"} 0",
            "linewarden_lines{decision=\"paused\"} 2", "linewarden_connections 1", "linewarden_connections_total 5",
            "linewarden_pending_deliveries{hook=\"ops \\\"1\\\"\\\\\\n\"} 3",
            "linewarden_oldest_pending_delivery_seconds{hook=\"ops \\\"1\\\"\\\\\\n\"} 60",
            // A clock that was set back makes no negative age.
            "linewarden_oldest_pending_delivery_seconds{hook=\"late\"} 0", "linewarden_certificate_seconds 86400",
            "process_start_time_seconds 50", "linewarden_last_event_timestamp_seconds 150",
            "linewarden_ledger_bytes 4096",
            "linewarden_delivery_seconds_count{hook=\"ops\"} 4",
            "linewarden_time_to_pause_seconds_bucket{from=\"received\",le=\"0.5\"} 3",
            // What alerts look at is there before it happens: Prometheus sees no growth of what begins with 1.
            "linewarden_time_to_pause_seconds_count{from=\"changed_at\"} 0",
            "linewarden_deliveries_total{hook=\"ops\",outcome=\"dead\"} 0", "linewarden_hook_broken{hook=\"ops\"} 1",
            "linewarden_hook_broken{hook=\"gate\"} 0", "linewarden_requests_total{outcome=\"not_stored\"} 0",
        ]
    )
    func values(line: String) {
        touchEverything()
        #expect(page(certificateSecondsLeft: 86_400).split(separator: "\n").contains { $0 == line })
    }

    @Test("No line's number is on the page")
    func privacy() {
        touchEverything()
        #expect(!page().contains("+1"))
    }
}
