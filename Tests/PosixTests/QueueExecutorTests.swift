import Chrono
import Dispatch
import Synchronization
import Testing

@testable import Posix

@Suite(.timeLimit(.minutes(5))) struct QueueExecutorTests {
    private actor Counter {
        let executor: QueueExecutor
        private(set) var values: [Int] = []

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(_ executor: QueueExecutor) { self.executor = executor }

        func add(_ value: Int) { values.append(value) }

        func checkQueue() { dispatchPrecondition(condition: .onQueue(executor.queue)) }
    }

    @Test("An actor's methods run on its queue, and the queue's blocks enter it synchronously")
    func isolates() async {
        let counter = Counter(QueueExecutor(label: "counter"))
        await counter.checkQueue()
        counter.executor.run { counter.assumeIsolated { $0.add(1) } }
        await counter.add(2)
        counter.executor.run { counter.assumeIsolated { $0.add(3) } }
        #expect(await counter.values == [1, 2, 3])
    }

    @Test("What many tasks and blocks do is done one after the other")
    func serializes() async {
        let counter = Counter(QueueExecutor(label: "counter"))
        await withTaskGroup { group in
            for value in 0..<200 {
                group.addTask { await counter.add(value) }
                group.addTask { counter.executor.run { counter.assumeIsolated { $0.add(value) } } }
            }
        }
        #expect(await counter.values.sorted() == (0..<200).flatMap { [$0, $0] })
    }

    @Test("Entering from elsewhere ends the process instead of racing")
    func refusesStrangers() async {
        await #expect(processExitsWith: .failure) {
            let counter = Counter(QueueExecutor(label: "counter"))
            Self.enter(counter)
        }
    }

    @Test("What is to run at once has run when the call returns, on the queue, if that rests")
    func runsAtOnce() {
        let executor = QueueExecutor(label: "rests")
        let values = Mutex<[Int]>([])
        for value in 0..<1_000 {
            executor.runAtOnce {
                executor.checkIsolated()
                values.withLock { $0.append(value) }
            }
            #expect(values.withLock { $0.count } == value + 1)
        }
    }

    @Test("What is to run at once waits its turn behind others, and for the queue's own caller")
    func runsAtOnceInTurn() async {
        let counter = Counter(QueueExecutor(label: "counter"))
        await withCheckedContinuation { continuation in
            counter.executor.run {
                counter.executor.runAtOnce { counter.assumeIsolated { $0.add(2) } }
                counter.assumeIsolated { $0.add(1) }
                continuation.resume()
            }
            counter.executor.run { counter.assumeIsolated { $0.add(3) } }
        }
        await counter.add(4)
        let values = await counter.values
        #expect(values == [1, 2, 3, 4] || values == [1, 3, 2, 4])
    }

    @Test("What many threads want done at once is done one after the other, and nothing is lost")
    func runsAtOnceFromEverywhere() async {
        let counter = Counter(QueueExecutor(label: "counter"))
        await withTaskGroup { group in
            for value in 0..<2_000 {
                group.addTask { counter.executor.runAtOnce { counter.assumeIsolated { $0.add(value) } } }
            }
        }
        #expect(await counter.values.sorted() == Array(0..<2_000))
    }

    @Test("A pause lasts as long as it is asked to")
    func pauses() async {
        let start = ContinuousClock.now
        await QueueExecutor(label: "pause").pause(.milliseconds(50))
        #expect(ContinuousClock.now - start >= .milliseconds(50))
    }

    @Test("A pause that is not positive is none")
    func emptyPauses() async {
        let executor = QueueExecutor(label: "pause")
        let start = ContinuousClock.now
        for span in [Span.zero, .seconds(-60), Span(microseconds: .min)] { await executor.pause(span) }
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test(
        "A span in nanoseconds is neither negative nor too large",
        arguments: [(-1, 0), (0, 0), (5, 5_000), (.max, .max)] as [(Int64, UInt64)]
    )
    func nanoseconds(microseconds: Int64, nanoseconds: UInt64) {
        #expect(Span(microseconds: microseconds).nanoseconds == nanoseconds)
    }

    private static func enter(_ counter: Counter) { counter.assumeIsolated { $0.add(1) } }
}
