import Chrono
import Logging
import Posix
import Synchronization
import TestSupport
import Testing

@testable import Daemon

@Suite(.timeLimit(.minutes(5))) struct WatchdogTests {
    /// Parts that answer at once, or keep their answers for later.
    private final class Parts: Sendable {
        private struct State {
            var isHanging = false
            var kept: [@Sendable () -> Void] = []
        }

        private let state = Mutex(State())

        /// How many answers are owed.
        var owed: Int { state.withLock { $0.kept.count } }

        var pulses: [Pulse] {
            [
                Pulse("healthy") { $0() },
                Pulse("ledger") { answer in
                    let isHanging = self.state.withLock { state in
                        if state.isHanging { state.kept.append(answer) }
                        return state.isHanging
                    }
                    if !isHanging { answer() }
                },
            ]
        }

        func hang() { state.withLock { $0.isHanging = true } }

        func goOn() {
            let kept = state.withLock { state in
                defer { state = State() }
                return state.kept
            }
            kept.forEach { $0() }
        }
    }

    private let parts = Parts()
    private let clock = FakeClock()
    private let fed = Log<Void>()
    private let told = Log<LogQueue.Entry>()

    private func watchdog(interval: Span) -> (watchdog: Watchdog, lines: LogQueue) {
        let queue = LogQueue { [told] in told.append($0) }
        let log = Logger(label: "test") { _ in QueuedLog(queue, level: .info) }
        let watchdog = Watchdog(
            interval: interval,
            clock: clock.clock,
            log: log,
            feed: { [fed] in fed.append(()) },
            pulses: { [parts] in parts.pulses }
        )
        return (watchdog, queue)
    }

    private func eventually(_ condition: () -> Bool) async {
        while !condition() { await Task.yield() }
    }

    @Test("It is fed again and again while all parts answer")
    func feeds() async {
        let (watchdog, _) = watchdog(interval: .milliseconds(8))
        watchdog.start()
        await eventually { fed.all.count >= 5 }
        watchdog.stop()
        #expect(told.all.isEmpty)
    }

    @Test("A part that hangs keeps it hungry, is named once, and is forgiven when it goes on")
    func starves() async throws {
        let (watchdog, lines) = watchdog(interval: .milliseconds(40))
        parts.hang()
        watchdog.start()
        await eventually { parts.owed == 1 }
        clock.advance(.milliseconds(19))
        await lines.flush(within: .seconds(60))
        #expect(told.all.isEmpty)
        clock.advance(.milliseconds(1))
        await eventually { !told.all.isEmpty }
        #expect(fed.all.isEmpty)
        await lines.flush(within: .seconds(60))
        let line = try #require(told.all.first)
        #expect(line.level == .critical)
        #expect(line.message == "no answer from: ledger; systemd is going to restart the daemon")
        parts.goOn()
        await eventually { fed.all.count >= 3 }
        watchdog.stop()
        #expect(told.all.count == 1)
    }

    @Test("After the stop it is fed no more, whoever answers late")
    func stops() async {
        let (watchdog, _) = watchdog(interval: .seconds(3_600))
        parts.hang()
        watchdog.start()
        await eventually { parts.owed == 1 }
        watchdog.stop()
        parts.goOn()
        #expect(fed.all.isEmpty)
    }
}
