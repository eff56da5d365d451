import Chrono
import Crypto
import JSON
import Lines
import Posix

/// Starts a program with the message as JSON on its standard input.
///
/// Exit 0 says that it is done, 75 (`EX_TEMPFAIL` of sysexits.h) to try again; everything else is a failure. An attempt
/// ends with its program, and takes with it whatever the program left behind in its process group.
struct Command: Hook {
    let configuration: CommandConfiguration
    let timeout: Span
    /// How long a program that was told to end has for doing so.
    let grace: Span
    private let turns = CommandTurns()

    init(configuration: CommandConfiguration, timeout: Span, grace: Span = .seconds(1)) {
        self.configuration = configuration
        self.timeout = timeout
        self.grace = grace
    }

    var concurrency: Int { configuration.concurrency }

    func render(_ message: Message) -> [UInt8] { message.json.bytes() + Array("\n".utf8) }

    func deliver(_ attempt: Attempt) async -> Outcome {
        let start = ProgramStart(
            program: configuration.program,
            arguments: configuration.arguments,
            environment: environment(attempt),
            directory: configuration.directory,
            input: attempt.payload,
            timeout: timeout,
            grace: grace
        )
        // The outbox keeps the order of control messages of a line, and that of pages of an incident; but a program may
        // do both, and should not have to expect that it runs twice about one line.
        let end = await turns.run(attempt.line) { await start.run() }
        return CommandVerdict.judge(end, program: configuration.program, timeout: timeout)
    }

    func probe() async -> Reach {
        if let failure = File.isExecutable(configuration.program) {
            return .unreachable("\(configuration.program) cannot be run: \(failure.reason)")
        }
        if !File.isDirectory(configuration.directory) {
            return .unreachable("there is no directory \(configuration.directory) to run it in")
        }
        return .reached("\(configuration.program) can be run")
    }

    func close() async { await turns.close() }

    private func environment(_ attempt: Attempt) -> [String: String] {
        var environment = configuration.environment.mapValues(\.exposed)
        environment["LINEWARDEN_DELIVERY_ID"] = attempt.id
        environment["LINEWARDEN_TYPE"] = attempt.type
        environment["LINEWARDEN_LINE"] = attempt.line?.description
        return environment
    }
}
