import Lines
import Posix
import Synchronization
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct LedgerPulseTests {
    /// Events without end, each handed in by the answer to the one before: the queue never runs empty.
    private final class Stream: Sendable {
        private let isOver = Mutex(false)

        func end() { isOver.withLock { $0 = true } }

        func begin(_ ledger: Ledger, _ line: PhoneNumber, number: Int = 0) {
            ledger.record(.status("e\(number)", line, status: "ACTIVE")) { _ in
                if !self.isOver.withLock({ $0 }) { self.begin(ledger, line, number: number + 1) }
            }
        }
    }

    @Test("It is answered while events stream in without a pause")
    func streaming() async throws {
        let ledger = try Bench().open()
        let stream = Stream()
        stream.begin(ledger, try line())
        for _ in 0..<3 {
            await withCheckedContinuation { continuation in ledger.pulse.ask { continuation.resume() } }
        }
        stream.end()
        await ledger.settleDown()
    }

    @Test("It is answered while there is nothing to do")
    func idle() async throws {
        let ledger = try Bench().open()
        await withCheckedContinuation { continuation in ledger.pulse.ask { continuation.resume() } }
        #expect(ledger.pulse.name == "ledger")
    }
}
