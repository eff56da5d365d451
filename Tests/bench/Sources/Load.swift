import ArgumentParser
import JSON
import Posix

/// Sends deliveries or queries, and tells how they were answered.
struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends requests over keep-alive connections and measures the answers."
    )

    @OptionGroup var options: LoadOptions

    @Option(
        help: "linq: distinct deliveries signed as Linq signs; hmac: for Debian's webhook; get: {line} in the path."
    )
    var form = Requests.Form.linq

    @Option(help: "What every answer's body has to hold.")
    var expect = ""

    @Option(help: "The highest rate to prepare distinct deliveries for, in a second.")
    var prepare = 40_000

    @Option(
        help: "A file for every answer: two numbers of 8 bytes, the intended start and the duration, in nanoseconds."
    )
    var samples: String?

    func run() async throws {
        Process.ignoreBrokenPipes()
        Process.raiseDescriptorLimit()
        let target = try Target(options.to)
        let whole = options.seconds + options.warmup
        let limit = options.count ?? Int((options.rate.map { $0 * 1.01 } ?? 200_000) * whole + 1_000)
        let distinct =
            form == .linq ? min(limit, Int(Double(prepare) * whole)) : form == .get ? options.lines : min(limit, 4_096)
        let requests = await Requests(try options.recipe(form, target, count: distinct), count: distinct)
        let plan = options.plan(limit: limit, repeats: form != .linq, expected: expect)
        let outcome = try Driver(target, requests, plan, Epoll()).measure(options.pid)
        Terminal.print(options.json ? outcome.json.text() : outcome.text)
        if let samples { try Self.write(outcome, to: samples) }
    }

    private static func write(_ outcome: Outcome, to path: String) throws {
        var bytes: [UInt8] = []
        for sample in outcome.samples {
            withUnsafeBytes(of: sample.intended.littleEndian) { bytes += $0 }
            withUnsafeBytes(of: sample.latency.littleEndian) { bytes += $0 }
        }
        try File.replace(path, with: bytes, mode: 0o644)
    }
}

enum Terminal {
    static func print(_ text: String) { Process.write(Array("\(text)\n".utf8), to: 1) }
}
