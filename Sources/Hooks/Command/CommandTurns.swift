import Lines

/// Lets programs about one line run one after the other, in the order in which they came, and ends all of them.
actor CommandTurns {
    private typealias Waiter = CheckedContinuation<Void, Never>

    /// Lines of which a program runs, each with those that wait for its end.
    private var waiting: [PhoneNumber: [Waiter]] = [:]
    private var underWay: [Int: Task<ProgramEnd, Never>] = [:]
    private var started = 0
    private var isClosed = false

    /// Runs a program when it is its line's turn; what is about no line waits for nobody.
    func run(_ line: PhoneNumber?, _ program: @escaping @Sendable () async -> ProgramEnd) async -> ProgramEnd {
        if let line { await begin(line) }
        defer { if let line { end(line) } }
        if isClosed { return .cancelled }
        started += 1
        let number = started
        let task = Task { await program() }
        underWay[number] = task
        defer { underWay[number] = nil }
        return await task.value
    }

    /// Starts nothing more, and returns when all programs have been ended.
    func close() async {
        isClosed = true
        for task in underWay.values { task.cancel() }
        for task in underWay.values { _ = await task.value }
    }

    private func begin(_ line: PhoneNumber) async {
        if waiting[line] == nil {
            waiting[line] = []
        } else {
            await withCheckedContinuation { waiting[line, default: []].append($0) }
        }
    }

    /// Hands the turn on, so that nobody who comes meanwhile gets in between.
    private func end(_ line: PhoneNumber) {
        guard var waiters = waiting[line], !waiters.isEmpty else {
            waiting[line] = nil
            return
        }
        let next = waiters.removeFirst()
        waiting[line] = waiters
        next.resume()
    }
}
