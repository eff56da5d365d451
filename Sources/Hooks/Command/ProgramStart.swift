import Chrono
import Subprocess
import SystemPackage

/// How a program ended, or why it did not begin.
enum ProgramEnd: Sendable, Hashable {
    /// It ended by itself, or by somebody else's signal.
    case ended(ProgramStatus, ProgramOutput)
    /// It was ended because its time was over.
    case timedOut(ProgramOutput)
    /// It was ended, or not begun, because the daemon stops.
    case cancelled
    /// It could not be started; `isLasting`: nor will it be before somebody repairs that.
    case notStarted(reason: String, isLasting: Bool)
}

/// What wait(2) tells.
enum ProgramStatus: Sendable, Hashable {
    case exited(Int32)
    case signaled(Int32)
}

/// What is needed to run a program once.
///
/// It gets these arguments, this environment, standard input, output and error, and nothing else that the daemon has:
/// swift-subprocess closes all other descriptors, and resets signals. It leads a session of its own.
struct ProgramStart: Sendable {
    let program: String
    let arguments: [String]
    let environment: [String: String]
    let directory: String
    let input: [UInt8]
    let timeout: Span
    let grace: Span

    /// Runs the program to its end, which comes within the timeout and the grace.
    ///
    /// When the task is cancelled, the program is asked to end at once.
    func run() async -> ProgramEnd {
        if Task.isCancelled { return .cancelled }
        do {
            let result = try await Subprocess.run(
                configuration,
                input: .inputWriter,
                output: .sequence,
                error: .sequence
            ) { execution in
                await supervise(execution)
            }
            let (output, isLate) = result.closureResult
            switch result.terminationStatus {
            case _ where Task.isCancelled: return .cancelled
            case _ where isLate: return .timedOut(output)
            case .exited(let code): return .ended(.exited(code), output)
            case .signaled(let number): return .ended(.signaled(number), output)
            }
        } catch {
            return Task.isCancelled ? .cancelled : StartFailure.judge(error, self)
        }
    }

    private var configuration: Subprocess.Configuration {
        var options = PlatformOptions()
        options.createSession = true
        // For when the task is cancelled. The last step, SIGKILL, goes to the group as those before it.
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace.duration)]
        return Subprocess.Configuration(
            executable: .path(FilePath(program)),
            arguments: Arguments(arguments),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
            ),
            workingDirectory: FilePath(directory),
            platformOptions: options
        )
    }

    /// Feeds the program and listens to it until it has ended, and ends it when its time is over.
    ///
    /// Returns while the program has not been waited for: its number cannot be another process's yet, so that the group
    /// of this number is certainly the right one.
    private func supervise(
        _ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>
    ) async -> (output: ProgramOutput, isLate: Bool) {
        let clock = ContinuousClock()
        let start = clock.now
        return await withTaskGroup(of: Heard.self) { group in
            group.addTask {
                await write(to: execution.standardInputWriter)
                return .nothing
            }
            group.addTask { .output(await .read(execution.standardOutput)) }
            group.addTask { .errors(await .read(execution.standardError)) }
            // Signal 0 does nothing: the first step is to wait. It is the library's one way to wait for an end that has
            // not come, and unlike the ends of the pipes, which children inherit and programs close, it is the end.
            await execution.teardown(using: [
                .send(signal: Subprocess.Signal(rawValue: 0), allowedDurationToNextStep: timeout.duration),
                .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace.duration),
            ])
            let isLate = clock.now - start >= timeout.duration
            if isLate {
                // The program may have gone at the first signal; what it started has the same time to end in order.
                try? await clock.sleep(until: start + timeout.duration + grace.duration)
            }
            try? execution.send(signal: .kill, toProcessGroup: true)
            // From here on nobody waits for the pipes, whoever still holds them.
            group.cancelAll()
            var said = ProgramOutput()
            for await heard in group {
                switch heard {
                case .nothing: break
                case .output(let stream): said.output = stream
                case .errors(let stream): said.errors = stream
                }
            }
            return (said, isLate)
        }
    }

    private enum Heard: Sendable {
        case nothing
        case output(ProgramOutput.Stream)
        case errors(ProgramOutput.Stream)
    }

    /// Writes all of the input, unless the program does not want it: what it does then is its own affair.
    private func write(to writer: StandardInputWriter) async {
        _ = try? await writer.write(input)
        try? await writer.finish()
    }
}

extension Span {
    fileprivate var duration: Duration { .microseconds(microseconds) }
}
