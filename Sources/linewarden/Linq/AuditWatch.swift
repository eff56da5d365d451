import Chrono
import Linq
import Posix

/// Asks for an audit's result until there is one, and shows on a terminal that it does.
struct AuditWatch: Sendable {
    /// How the waiting ended.
    enum Ending: Sendable {
        case result(AuditResult)
        case stopped
        case tooLate
        case failed(PartnerError)
    }

    let api: PartnerAPI
    let line: String
    let id: String
    let wait: Span

    private static let longestPause = Span.seconds(10)

    /// Ends early when the task is cancelled.
    func result() async -> Ending {
        let start = Clock.system.steady()
        var pause = Span.milliseconds(500)
        defer { clear() }
        while true {
            do throws(PartnerError) {
                let result = try await api.audit(of: line, id)
                if !result.status.isUnfinished { return .result(result) }
            } catch {
                return Task.isCancelled ? .stopped : .failed(error)
            }
            let passed = Clock.system.steady().since(start)
            if passed + pause > wait { return .tooLate }
            progress(passed)
            do {
                try await Task.sleep(for: .microseconds(pause.microseconds))
            } catch {
                return .stopped
            }
            pause = min(pause * 2, Self.longestPause)
        }
    }

    private func progress(_ passed: Span) {
        guard Process.isTerminal(2) else { return }
        Process.write(Array("\r\u{1B}[Kwaiting for the audit of \(line), \(passed.phrase)".utf8), to: 2)
    }

    private func clear() {
        if Process.isTerminal(2) { Process.write(Array("\r\u{1B}[K".utf8), to: 2) }
    }
}
