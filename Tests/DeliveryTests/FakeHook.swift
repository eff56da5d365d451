import Hooks
import Synchronization

/// A hook that writes down what it is asked to deliver, and answers by a script.
actor FakeHook: Hook {
    nonisolated let concurrency: Int
    /// Every attempt so far, in the order of their beginnings.
    private(set) var attempts: [Attempt] = []
    /// The most attempts that were ever under way at once.
    private(set) var most = 0
    private var underWay: [Attempt] = []
    /// Attempts about one line that overlapped.
    private(set) var overlaps = 0
    /// How often it was told that no more is delivered through it.
    private(set) var closings = 0
    private let script: @Sendable (_ attempt: Attempt, _ earlier: Int) async -> Outcome
    private var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    /// `script`: what becomes of an attempt, given how many there were before of the same delivery.
    init(
        concurrency: Int = 8,
        _ script: @escaping @Sendable (_ attempt: Attempt, _ earlier: Int) async -> Outcome = { _, _ in .taken }
    ) {
        self.concurrency = concurrency
        self.script = script
    }

    /// Of a message just its type, for tests can read that.
    nonisolated func render(_ message: Message) -> [UInt8] { Array(message.type.utf8) }

    func deliver(_ attempt: Attempt) async -> Outcome {
        let earlier = attempts.count { $0.id == attempt.id }
        attempts.append(attempt)
        if underWay.contains(where: { $0.line == attempt.line }) { overlaps += 1 }
        underWay.append(attempt)
        most = max(most, underWay.count)
        for waiter in waiting where waiter.count <= attempts.count { waiter.continuation.resume() }
        waiting.removeAll { $0.count <= attempts.count }
        let outcome = await script(attempt, earlier)
        underWay.removeAll { $0.id == attempt.id }
        return outcome
    }

    func close() { closings += 1 }

    /// Returns once that many attempts have begun, or the test has run out of time.
    func received(_ count: Int) async {
        if attempts.count >= count || Task.isCancelled { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting.append((count, $0)) }
        } onCancel: {
            Task { await self.stopWaiting() }
        }
    }

    private func stopWaiting() {
        for waiter in waiting { waiter.continuation.resume() }
        waiting = []
    }

    /// What was delivered, as text.
    var payloads: [String] { attempts.map { String(decoding: $0.payload, as: UTF8.self) } }
}

/// A door that those who come wait at until it is opened.
final class Latch: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Something that happens later in a test, gathered as it comes.
final class Gathered<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    var all: [Value] { values.withLock { $0 } }

    @Sendable func take(_ value: Value) { values.withLock { $0.append(value) } }
}

extension Outcome {
    /// Taken, with an answer nobody cares about.
    static var taken: Outcome { .delivered(Answer("HTTP 200")) }
}
