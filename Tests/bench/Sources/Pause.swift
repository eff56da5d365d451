import ArgumentParser
import JSON
import Posix

/// How long a line goes on sending: from a delivery that flags it to the hook that pauses its sender.
struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Flags one line after the other, and measures until the pause hook is called.",
        discussion: """
            Sender and sink are one process, so one clock counts: from just before the delivery's last byte was written \
            to when the first byte of that line's hook request was read.
            """
    )

    @OptionGroup var options: LoadOptions

    @Option(help: "Where the pause hook posts to.")
    var sink = "127.0.0.1:9000"

    @Option(help: "Where another pause hook posts to.")
    var second: String?

    @Flag(help: "The other hook's receiver accepts and never answers.")
    var blackHole = false

    func run() async throws {
        Process.ignoreBrokenPipes()
        Process.raiseDescriptorLimit()
        guard let rate = options.rate else { throw ValidationError("--rate is needed") }
        let target = try Target(options.to)
        let count = Int(rate * (options.seconds + options.warmup))
        var recipe = try options.recipe(.linq, target, count: count, status: "FLAGGED")
        // Each line is flagged once.
        recipe.lines = count
        let requests = await Requests(recipe, count: count)
        let (driver, sink, outcome) = try measure(target, requests, count)
        var (latencies, missing) = (Latencies(), 0)
        for index in 0..<driver.records.count {
            let record = driver.records[index]
            guard record.intended >= driver.windowStart else { continue }
            let arrival = sink.arrivals[index]
            if arrival == 0 { missing += 1 } else { latencies.add(arrival - min(arrival, record.sent)) }
        }
        if options.json {
            let object = JSON.object([
                ("acknowledgement", outcome.json), ("pause_ms", latencies.json), ("missing", .number(missing)),
                ("paused", .number(latencies.count)),
            ])
            Terminal.print(object.text())
        } else {
            Terminal.print(
                "answers: \(outcome.text)\npauses:  \(latencies.text)  \(latencies.count), \(missing) missing"
            )
        }
    }

    private func measure(_ target: Target, _ requests: Requests, _ count: Int) throws -> (Driver, Sink, Outcome) {
        let epoll = Epoll()
        let first = try Sink(try Target(sink), epoll, number: 0, lines: count, answers: true)
        let other = try second.map {
            try Sink(try Target($0), epoll, number: 1, lines: count, answers: !blackHole)
        }
        let driver = try Driver(target, requests, options.plan(limit: count, repeats: false), epoll)
        let outcome = try driver.measure(
            options.pid,
            foreign: { tag in if first.owns(tag) { first.ready(tag) } else { other?.ready(tag) } },
            isDone: { first.count >= driver.records.count }
        )
        return (driver, first, outcome)
    }
}
