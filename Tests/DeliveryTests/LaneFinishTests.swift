import Chrono
import Hooks
import Ledger
import Posix
import Testing

@testable import Delivery

/// Stopping a lane: what is under way may end, nothing begins.
@Suite(.timeLimit(.minutes(5))) struct LaneFinishTests {
    @Test func anIdleLaneIsFinishedAtOnce() async throws {
        let hook = FakeHook()
        let lane = Lane(hook, try Store())
        // Longer than the test may take.
        await lane.finish(within: .hours(1))
        #expect(await hook.closings == 1)
    }

    @Test func itWaitsForWhatIsUnderWay() async throws {
        let store = try Store()
        try await store.write([try draft("1"), try draft("2")])
        let latch = Latch()
        let hook = FakeHook { _, _ in
            await latch.wait()
            return .taken
        }
        let lane = Lane(hook, store)
        await lane.wake()
        await hook.received(1)
        async let finished: Void = lane.finish(within: .seconds(30))
        latch.open()
        await finished
        // It is written down by then, and what was to follow is kept for the next start.
        #expect(try await store.states() == ["delivered", "pending"])
        await lane.wake()
        #expect(await hook.payloads == ["1"])
    }

    @Test func itWaitsNoLongerThanItMay() async throws {
        let store = try Store()
        try await store.write([try draft("1")])
        let latch = Latch()
        let hook = FakeHook { _, _ in
            await latch.wait()
            return .taken
        }
        let lane = Lane(hook, store)
        await lane.wake()
        await hook.received(1)
        let start = Clock.system.steady()
        #expect(await hook.closings == 0)
        await lane.finish(within: .milliseconds(100))
        #expect(Clock.system.steady().since(start) >= .milliseconds(100))
        // The hook's turn to cut off the rest.
        #expect(await hook.closings == 1)
        #expect(try await store.states() == ["pending"])
        latch.open()
    }

    /// A crash between attempt and outcome: the next start sends it again, with the same id.
    @Test func whatWasNotSettledIsSentAgain() async throws {
        let store = try Store()
        try await store.write([try draft("1")])
        let latch = Latch()
        let hanging = FakeHook { _, _ in
            await latch.wait()
            return .taken
        }
        let before = Lane(hanging, store)
        await before.wake()
        await hanging.received(1)
        await before.stop()
        let hook = FakeHook()
        let after = Lane(hook, store)
        await after.wake()
        await hook.received(1)
        await after.finish(within: .seconds(30))
        #expect(await hook.attempts.map(\.id) == hanging.attempts.map(\.id))
        latch.open()
        #expect(try await store.states() == ["delivered"])
    }
}
