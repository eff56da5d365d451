import Chrono
import Glibc
import Hooks
import Ledger
import Posix
import Synchronization
import TestSupport
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(5))) struct LanePulseTests {
    /// Keeps the thread that it is called on, as a bug would, until the other end of its pipe is closed.
    private struct BlockingHook: Hook {
        let concurrency = 1
        let end: CInt
        let begun = Log<Void>()

        func render(_ message: Message) -> [UInt8] { [] }

        func deliver(_ attempt: Attempt) async -> Outcome {
            begun.append(())
            var byte: UInt8 = 0
            _ = read(end, &byte, 1)
            return .taken
        }
    }

    private func answers(_ dispatcher: Dispatcher) async -> Log<String> {
        let answers = Log<String>()
        for pulse in await dispatcher.pulses { pulse.ask { answers.append(pulse.name) } }
        return answers
    }

    private func eventually(_ condition: () -> Bool) async {
        while !condition() { await Task.yield() }
    }

    @Test("A hook that is waited for does not count, one that keeps its lane's thread does")
    func lanes() async throws {
        let store = try Store()
        try await store.write([try draft("1", hook: "blocking"), try draft("1", hook: "waiting")])
        var ends: [CInt] = [-1, -1]
        try system("pipe") { pipe(&ends) }
        let blocking = BlockingHook(end: ends[0])
        let latch = Latch()
        let waiting = FakeHook { _, _ in
            await latch.wait()
            return .taken
        }
        let dispatcher = Dispatcher(ledger: store.ledger, clock: .system) { _ in }
        await dispatcher.adopt([(settings("blocking"), blocking), (settings("waiting"), waiting)])
        await waiting.received(1)
        await eventually { !blocking.begun.all.isEmpty }
        let answers = await answers(dispatcher)
        await eventually { !answers.all.isEmpty }
        #expect(answers.all == ["hook waiting"])
        close(ends[1])
        await eventually { answers.all.count == 2 }
        #expect(Set(answers.all) == ["hook waiting", "hook blocking"])
        latch.open()
        await dispatcher.finish(within: .seconds(30))
        close(ends[0])
    }
}
