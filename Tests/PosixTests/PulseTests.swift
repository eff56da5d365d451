import TestSupport
import Testing

@testable import Posix

@Suite(.timeLimit(.minutes(5))) struct PulseTests {
    @Test("An answer comes behind what the queue was given before")
    func order() async {
        let executor = QueueExecutor(label: "a part")
        let pulse = Pulse(executor.label, on: executor)
        let seen = Log<String>()
        executor.run { seen.append("work") }
        await withCheckedContinuation { continuation in
            pulse.ask {
                seen.append("answer")
                continuation.resume()
            }
        }
        #expect(seen.all == ["work", "answer"])
        #expect(pulse.name == "a part")
    }
}
