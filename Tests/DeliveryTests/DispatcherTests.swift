import Chrono
import Hooks
import Ledger
import Posix
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(5))) struct DispatcherTests {
    @Test func aHookThatHangsDelaysNobodyElse() async throws {
        let store = try Store()
        for count in 0..<20 {
            try await store.write([try draft("\(count)", hook: "hanging"), try draft("\(count)", hook: "quick")])
        }
        let latch = Latch()
        let hanging = FakeHook { _, _ in
            await latch.wait()
            return .taken
        }
        let quick = FakeHook()
        let dispatcher = Dispatcher(ledger: store.ledger, clock: .system) { _ in }
        await dispatcher.adopt([(settings("hanging"), hanging), (settings("quick"), quick)])
        await quick.received(20)
        #expect(await quick.payloads == (0..<20).map { "\($0)" })
        #expect(await hanging.attempts.count <= 1)
        latch.open()
        await hanging.received(20)
        await dispatcher.finish(within: .seconds(30))
        #expect(Set(try await store.states()) == ["delivered"])
    }

    @Test func wakingReachesTheHooksThatAreNamed() async throws {
        let store = try Store()
        let (one, other) = (FakeHook(), FakeHook())
        let dispatcher = Dispatcher(ledger: store.ledger, clock: .system) { _ in }
        await dispatcher.adopt([(settings("one"), one), (settings("other"), other)])
        try await store.write([
            try draft("1", hook: "one"), try draft("2", hook: "other"), try draft("3", hook: "gone"),
        ])
        await dispatcher.wake(["one", "gone"])
        await one.received(1)
        await dispatcher.wake(["other"])
        await other.received(1)
        await dispatcher.finish(within: .seconds(30))
        #expect(await one.payloads == ["1"])
        #expect(await other.payloads == ["2"])
        // A hook that is not configured keeps its deliveries, for it may come back.
        #expect(try await store.states() == ["delivered", "delivered", "pending"])
    }

    /// After a reload the new hooks take over, and hooks that come back find what waited for them.
    @Test func adoptingReplacesTheHooks() async throws {
        let store = try Store()
        let (old, new) = (FakeHook(), FakeHook())
        let dispatcher = Dispatcher(ledger: store.ledger, clock: .system) { _ in }
        await dispatcher.adopt([(settings("a"), old)])
        try await store.write([try draft("1"), try draft("2", hook: "b")])
        await dispatcher.wake(["a", "b"])
        await old.received(1)
        await dispatcher.finish(within: .seconds(30))
        await dispatcher.adopt([(settings("a"), new), (settings("b"), new)])
        await new.received(1)
        try await store.write([try draft("3")])
        await dispatcher.wake(["a"])
        await new.received(2)
        await dispatcher.finish(within: .seconds(30))
        #expect(await old.payloads == ["1"])
        #expect(await new.payloads == ["2", "3"])
    }

    /// An earlier run wrote down a wait by a clock that was years ahead.
    @Test func waitsOfAWrongClockAreCutToADay() async throws {
        let fake = FakeClock()
        let store = try Store(clock: fake.clock)
        try await store.write([try draft("1"), try draft("2", "+12025550001")])
        let due = try await store.ledger.due("a", .page, at: fake.clock.now(), limit: 10)
        let waits = [Span.days(3_650), .hours(2)]
        for (delivery, wait) in zip(due, waits) {
            let settlement = Settlement.retry(notBefore: fake.clock.now() + wait, error: "x")
            #expect(await store.ledger.settle(delivery, settlement) == nil)
        }
        let dispatcher = Dispatcher(ledger: store.ledger, clock: fake.clock) { _ in }
        await dispatcher.adopt([])
        let first = try await store.ledger.nextDue("a", after: fake.clock.now())
        #expect(first == fake.clock.now() + .hours(2))
        let last = try await store.ledger.nextDue("a", after: fake.clock.now() + .hours(2))
        #expect(last == fake.clock.now() + .hours(24))
    }

    @Test func everyAttemptIsReported() async throws {
        let store = try Store()
        try await store.write([try draft("1", hook: "one"), try draft("2", hook: "other")])
        let reports = Gathered<DeliveryReport>()
        let dispatcher = Dispatcher(ledger: store.ledger, clock: .system, report: reports.take)
        let failing = FakeHook { _, _ in .failed(Failure("gone", "HTTP 410")) }
        let good = FakeHook()
        await dispatcher.adopt([(settings("one"), good), (settings("other"), failing)])
        await good.received(1)
        await failing.received(1)
        await dispatcher.finish(within: .seconds(30))
        let outcomes = Dictionary(reports.all.map { ($0.hook, $0.outcome) }) { $1 }
        #expect(outcomes == ["one": .taken, "other": .failed(Failure("gone", "HTTP 410"))])
    }
}
