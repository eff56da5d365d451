import Chrono
import Hooks
import Ledger
import Lines
import Posix
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(5))) struct LaneTests {
    /// Numbers of lines, and with them ordering keys.
    private static func numbers(_ count: Int) -> [String] { (1...count).map { "+1202555\(1_000 + $0)" } }

    @Test func orderIsKeptPerKey() async throws {
        let store = try Store()
        let numbers = Self.numbers(5)
        try await store.write(try (0..<100).map { try draft("\($0 / 5)", numbers[$0 % 5]) })
        // Some fail once, and nothing of their key overtakes them.
        let hook = FakeHook(concurrency: 4) { attempt, earlier in
            for _ in 0..<Int.random(in: 0..<20) { await Task.yield() }
            let digit = (attempt.payload.last ?? 0) - UInt8(ascii: "0")
            let fails = earlier == 0 && digit % 3 == 0
            return fails ? .retry(after: nil, Failure("x", "x")) : .taken
        }
        let lane = Lane(hook, store)
        await lane.wake()
        await hook.received(100 + 5 * 8)
        await lane.finish(within: .seconds(30))
        let attempts = await hook.attempts
        #expect(attempts.count == 140)
        for number in numbers {
            let texts = attempts.filter { $0.line?.description == number }.map {
                String(decoding: $0.payload, as: UTF8.self)
            }
            // 0, 3, 6 and 9 as last digits are sent twice, one right after the other.
            let sent = (0..<20).flatMap { Array(repeating: "\($0)", count: $0 % 10 % 3 == 0 ? 2 : 1) }
            #expect(texts == sent)
            #expect(Set(try await store.states(number)) == ["delivered"])
        }
        #expect(await hook.overlaps == 0)
        #expect(await hook.most <= 4)
    }

    @Test(arguments: [1, 3, 8]) func noMoreAtOnceThanTheHookAllows(limit: Int) async throws {
        let store = try Store()
        try await store.write(try Self.numbers(20).map { try draft("x", $0) })
        let latch = Latch()
        let hook = FakeHook(concurrency: limit) { _, _ in
            await latch.wait()
            return .taken
        }
        let lane = Lane(hook, store)
        await lane.wake()
        await hook.received(limit)
        // Asked again and again, it starts no more.
        for _ in 0..<10 { await lane.wake() }
        #expect(await hook.attempts.count == limit)
        latch.open()
        await hook.received(20)
        await lane.finish(within: .seconds(30))
        #expect(await hook.most == limit)
        #expect(Set(await hook.attempts.map(\.id)).count == 20)
    }

    @Test func aFailureIsTriedAgainWithTheSameID() async throws {
        let store = try Store()
        try await store.write([try draft("x")])
        let hook = FakeHook { _, earlier in
            earlier < 3 ? .retry(after: nil, Failure("x", "why \(earlier)")) : .taken
        }
        let reports = Gathered<DeliveryReport>()
        let lane = Lane(hook, store, report: reports.take)
        await lane.wake()
        await hook.received(4)
        await lane.finish(within: .seconds(30))
        let record = try #require(try await store.deliveries().first)
        #expect(record.state == "delivered" && record.attempts == 4 && record.lastError == "why 2")
        let attempts = await hook.attempts
        #expect(attempts.map(\.id) == Array(repeating: record.id, count: 4))
        #expect(attempts.allSatisfy { $0.type == "test" && $0.payload == Array("x".utf8) && $0.line != nil })
        #expect(reports.all.map(\.delivery.attempts) == [0, 1, 2, 3])
        #expect(reports.all.allSatisfy { $0.hook == "a" && $0.unsettled == nil })
        guard case .retry = reports.all.first?.settlement, case .delivered = reports.all.last?.settlement else {
            Issue.record("\(reports.all)")
            return
        }
    }

    /// The wait that the receiver asked for, not the policy's few milliseconds.
    @Test func retryAfterIsRespected() async throws {
        let store = try Store()
        try await store.write([try draft("x")])
        let hook = FakeHook { _, earlier in
            earlier == 0 ? .retry(after: .milliseconds(300), Failure("x", "x")) : .taken
        }
        let lane = Lane(hook, store)
        let start = Clock.system.steady()
        await lane.wake()
        await hook.received(1)
        for _ in 0..<10 { await lane.wake() }
        await hook.received(2)
        #expect(Clock.system.steady().since(start) >= .milliseconds(300))
        await lane.finish(within: .seconds(30))
        #expect(await hook.attempts.count == 2)
    }

    /// While one waits, others of its key wait behind it, and those of other keys do not.
    @Test func aWaitHoldsBackItsKeyOnly() async throws {
        let store = try Store()
        let numbers = Self.numbers(2)
        try await store.write([try draft("1", numbers[0]), try draft("2", numbers[0]), try draft("3", numbers[1])])
        let hook = FakeHook { attempt, _ in
            attempt.payload == Array("1".utf8) ? .retry(after: .hours(1), Failure("x", "x")) : .taken
        }
        let lane = Lane(hook, store)
        await lane.wake()
        await hook.received(2)
        await lane.finish(within: .seconds(30))
        #expect(Set(await hook.payloads) == ["1", "3"])
        #expect(try await store.states(numbers[0]) == ["pending", "pending"])
    }

    @Test func whatCannotSucceedIsDeadAtOnce() async throws {
        let store = try Store()
        try await store.write([try draft("1"), try draft("2")])
        let hook = FakeHook { attempt, _ in
            attempt.payload == Array("1".utf8) ? .failed(Failure("no_service", "HTTP 404: no_service")) : .taken
        }
        let lane = Lane(hook, store)
        await lane.wake()
        // It does not stand in the way of what comes after it.
        await hook.received(2)
        await lane.finish(within: .seconds(30))
        let records = try await store.deliveries()
        #expect(records.map(\.state) == ["dead", "delivered"])
        #expect(records.first?.lastError == "HTTP 404: no_service" && records.first?.attempts == 1)
    }

    @Test func whatFailsForTooLongIsGivenUp() async throws {
        let jumping = JumpingClock()
        let store = try Store(clock: jumping.clock)
        try await store.write([try draft("1"), try draft("2")])
        // Each attempt takes twenty minutes, so the third ends an hour after the message was written.
        let hook = FakeHook { attempt, _ in
            if attempt.payload == Array("2".utf8) { return .taken }
            jumping.advance(.minutes(20))
            return .retry(after: nil, Failure("refused", "refused"))
        }
        let reports = Gathered<DeliveryReport>()
        let lane = Lane(hook, store, retry: tiny(giveUpAfter: .hours(1)), clock: jumping.clock, report: reports.take)
        await lane.wake()
        await hook.received(4)
        await lane.finish(within: .seconds(30))
        #expect(await hook.payloads == ["1", "1", "1", "2"])
        let records = try await store.deliveries()
        #expect(records.map(\.state) == ["dead", "delivered"])
        #expect(records.first?.lastError == "given up after 1 h: refused")
        #expect(records.first?.attempts == 3)
        let dead = reports.all.filter { if case .dead = $0.settlement { true } else { false } }
        #expect(dead.count == 1 && dead.first?.delivery.attempts == 2)
    }

    /// A newer command makes the one that is being sent void; it follows, and the older is not sent again.
    @Test func aSupersededCommandIsFollowedByTheNewerOne() async throws {
        let store = try Store()
        try await store.write([try draft("pause", command: "pause")])
        let latch = Latch()
        let hook = FakeHook { attempt, _ in
            if attempt.payload == Array("pause".utf8) { await latch.wait() }
            return attempt.payload == Array("pause".utf8) ? .retry(after: nil, Failure("x", "x")) : .taken
        }
        let lane = Lane(hook, store)
        await lane.wake()
        await hook.received(1)
        try await store.write([try draft("slow", command: "slow")])
        try await store.write([try draft("resume", command: "resume")])
        await lane.wake()
        #expect(await hook.payloads == ["pause"], "the line's commands overlap")
        latch.open()
        await hook.received(2)
        await lane.finish(within: .seconds(30))
        #expect(await hook.payloads == ["pause", "resume"])
        #expect(try await store.states() == ["superseded", "superseded", "delivered"])
    }

    /// The ledger's answer may be older than an outcome that was written down meanwhile.
    @Test(arguments: 1...5) func wakingDuringAskingDeliversNothingTwice(round: Int) async throws {
        let store = try Store()
        let numbers = Self.numbers(40)
        let hook = FakeHook(concurrency: 8) { _, _ in
            if Bool.random() { await Task.yield() }
            return .taken
        }
        let lane = Lane(hook, store)
        try await withThrowingTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for step in 0..<25 {
                        try await store.write([try draft("\(task)/\(step)", numbers[(task * 25 + step) % 40])])
                        await lane.wake()
                    }
                }
                group.addTask { for _ in 0..<200 { await lane.wake() } }
            }
            try await group.waitForAll()
        }
        await hook.received(200)
        await lane.finish(within: .seconds(30))
        #expect(await hook.attempts.count == 200)
        #expect(Set(await hook.attempts.map(\.id)).count == 200)
        #expect(await hook.overlaps == 0)
        #expect(await hook.most <= 8)
    }

    @Test(arguments: [Span.hours(1), .hours(-1)]) func aJumpOfTheClockNeitherHurriesNorDelays(jump: Span) async throws {
        let jumping = JumpingClock()
        let store = try Store(clock: jumping.clock)
        try await store.write([try draft("x")])
        let hook = FakeHook { attempt, earlier in
            if earlier > 0 || attempt.payload != Array("x".utf8) { return .taken }
            jumping.jump(jump)
            return .retry(after: .milliseconds(200), Failure("x", "x"))
        }
        let lane = Lane(hook, store, clock: jumping.clock)
        let start = Clock.system.steady()
        await lane.wake()
        await hook.received(2)
        #expect(Clock.system.steady().since(start) >= .milliseconds(200))
        // What was written by a clock that is ahead of the lane's is due all the same.
        try await store.write([try draft("y")])
        await lane.wake()
        await hook.received(3)
        await lane.finish(within: .seconds(30))
        #expect(try await store.states() == ["delivered", "delivered"])
    }

    /// What becomes due between two looks at the clock must not be missed by both.
    @Test(arguments: 1...16) func noMomentIsMissed(halfSteps: Int) async throws {
        let store = try Store()
        try await store.write([try draft("x")])
        let wait = Span.milliseconds(10 * halfSteps)
        let hook = FakeHook { _, earlier in earlier == 0 ? .retry(after: wait, Failure("x", "x")) : .taken }
        let lane = Lane(hook, store, clock: HurryingClock(step: .milliseconds(20)).clock)
        await lane.wake()
        await hook.received(2)
        await lane.finish(within: .seconds(30))
        #expect(try await store.states() == ["delivered"])
    }
}
