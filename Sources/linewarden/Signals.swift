import Posix

/// The signals that a long-running command obeys, in the order in which they come.
struct Signals {
    let stream: AsyncStream<CInt>
    private let sources: [EventSource]

    /// Begins to listen: from now on these signals do nothing by themselves.
    init(_ numbers: [CInt] = [Signal.terminate, Signal.interrupt, Signal.hangUp]) {
        let executor = QueueExecutor(label: "signals")
        let (stream, continuation) = AsyncStream.makeStream(of: CInt.self)
        self.stream = stream
        sources = numbers.map { number in EventSource.signal(number, on: executor) { continuation.yield(number) } }
    }
}
