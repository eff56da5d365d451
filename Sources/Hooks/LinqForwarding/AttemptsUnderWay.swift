/// Attempts that can be cut off, all at once.
actor AttemptsUnderWay {
    private var tasks: [Int: Task<Outcome, Never>] = [:]
    private var started = 0
    private var isClosed = false

    /// Makes an attempt, unless all have been cut off.
    func run(_ attempt: @escaping @Sendable () async -> Outcome) async -> Outcome {
        if isClosed { return .retry(after: nil, Failure("cancelled", "cut off because the hook ends")) }
        started += 1
        let number = started
        let task = Task { await attempt() }
        tasks[number] = task
        defer { tasks[number] = nil }
        return await task.value
    }

    /// Begins nothing more, and returns when all attempts have ended.
    func close() async {
        isClosed = true
        for task in tasks.values { task.cancel() }
        for task in tasks.values { _ = await task.value }
    }
}
