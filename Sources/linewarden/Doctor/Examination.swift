import Chrono

/// A look at one part of a set-up, which changes nothing.
protocol Examination: Sendable {
    /// What is looked at, such as `ledger`.
    var name: String { get }
    /// How long it may take.
    var limit: Span { get }
    func verdicts() async -> [Verdict]
}

extension Examination {
    var limit: Span { .seconds(10) }

    /// The verdicts, or that it took too long: whatever hangs, this ends.
    ///
    /// What runs out of time is cancelled, and has a moment to leave nothing behind.
    func boundedVerdicts() async -> [Verdict] {
        let (events, sender) = AsyncStream.makeStream(of: ExaminationEvent.self)
        let work = Task { sender.yield(.ended(await verdicts())) }
        let alarm = Task {
            try await Task.sleep(for: .microseconds(limit.microseconds))
            sender.yield(.late)
            try await Task.sleep(for: .seconds(2))
            sender.yield(.overdue)
        }
        defer { alarm.cancel() }
        var isLate = false
        wait: for await event in events {
            switch event {
            case .ended(let verdicts) where !isLate: return verdicts
            case .ended, .overdue: break wait
            case .late:
                isLate = true
                work.cancel()
            }
        }
        return [.wrong(name, "there was no answer within \(limit.phrase)", "Find out what hangs there.")]
    }
}

/// What can happen to an examination.
private enum ExaminationEvent: Sendable {
    case ended([Verdict])
    /// Its time is over.
    case late
    /// So is the time for ending in order.
    case overdue
}
