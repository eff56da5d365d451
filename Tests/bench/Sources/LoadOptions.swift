import ArgumentParser
import Chrono
import Crypto
import Linq
import Posix

/// What every command that sends deliveries is told.
struct LoadOptions: ParsableArguments {
    @Option(help: "Where to send: http://127.0.0.1:8080/path.")
    var to: String

    @Option(help: "Connections, each with one request under way.")
    var connections = 64

    @Option(help: "How long is measured, in seconds.")
    var seconds = 6.0

    @Option(help: "Seconds before that, not measured.")
    var warmup = 1.0

    @Option(help: "End after so many requests.")
    var count: Int?

    @Option(help: "Requests a second, whatever comes back (open loop); without it the next one follows the answer.")
    var rate: Double?

    @Option(help: "How many lines the deliveries are about, in turn.")
    var lines = 100

    @Option(help: "The process whose memory, processor time and writing is told.")
    var pid: Int32?

    @Flag(help: "Do not sleep while waiting for answers: waking up would be measured with them. Takes a processor.")
    var poll = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func plan(limit: Int, repeats: Bool, expected: String = "") -> Driver.Plan {
        Driver.Plan(
            connections: connections,
            rate: rate,
            warmup: UInt64(warmup * 1e9),
            duration: UInt64(seconds * 1e9),
            limit: limit,
            repeats: repeats,
            expected: Array(expected.utf8),
            polls: poll
        )
    }

    /// The secret is that of the environment.
    func recipe(
        _ form: Requests.Form,
        _ target: Target,
        count: Int,
        firstLine: Int = 0,
        status: String = "ACTIVE"
    ) throws -> Requests.Recipe {
        let text = Process.environment("LINQ_WEBHOOK_SECRET") ?? "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
        guard let secret = SigningSecret(Secret(text)) else { throw BenchError("LINQ_WEBHOOK_SECRET is no secret") }
        // As in life, each event of a line is newer than the one before, and none lies in the future.
        let spacing = rate.map { Span(microseconds: Int64(1e6 / $0)) } ?? Span(microseconds: 50)
        return Requests.Recipe(
            form: form,
            host: target.authority,
            path: target.path,
            secret: secret,
            lines: lines,
            firstLine: firstLine,
            status: status,
            start: Clock.system.now() - Span(microseconds: spacing.microseconds * Int64(count)),
            spacing: spacing
        )
    }
}
