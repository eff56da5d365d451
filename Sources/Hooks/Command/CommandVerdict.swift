import Chrono

/// What the end of a program means for a delivery.
enum CommandVerdict {
    /// `EX_TEMPFAIL` of sysexits.h: the program invites to try again.
    private static let tryAgain: Int32 = 75

    static func judge(_ end: ProgramEnd, program: String, timeout: Span) -> Outcome {
        switch end {
        case .ended(.exited(0), let output):
            return .delivered(Answer("exit 0", detail: output.text))
        case .ended(.exited(let code), let output):
            let failure = failure("exit_\(code)", "\(program): exit \(code)", output)
            return code == tryAgain ? .retry(after: nil, failure) : .failed(failure)
        case .ended(.signaled(let number), let output):
            return .failed(
                failure("signal_\(number)", "\(program): ended by signal \(number)", output, mayHaveArrived: true)
            )
        case .timedOut(let output):
            return .retry(
                after: nil,
                failure("timeout", "\(program): ended after \(timeout.phrase)", output, mayHaveArrived: true)
            )
        case .cancelled:
            return .retry(
                after: nil,
                Failure("cancelled", "\(program): ended because the daemon stops", mayHaveArrived: true)
            )
        case .notStarted(let reason, let isLasting):
            let failure = Failure("not_started", "\(program): not started: \(reason)")
            return isLasting ? .broken(failure) : .retry(after: nil, failure)
        }
    }

    private static func failure(
        _ label: String,
        _ description: String,
        _ output: ProgramOutput,
        mayHaveArrived: Bool = false
    ) -> Failure {
        Failure(
            label,
            output.lastLine.map { "\(description): \($0.clipped(to: 200))" } ?? description,
            detail: output.text,
            mayHaveArrived: mayHaveArrived
        )
    }
}
