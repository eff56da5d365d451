import Chrono
import Lines
import Posix
import Testing

@testable import Delivery
@testable import Hooks
@testable import Ledger

/// How a lane sends pages: together, not at all while the hook is broken, and by another way.
@Suite struct LanePagesTests {
    /// A page about an incident, as it is told.
    private func page(_ index: Int, hook: String = "a") throws -> DeliveryDraft {
        let number = try line("+1202555000\(index)")
        let message = Message(
            type: "incident.opened",
            timestamp: Timestamp(seconds: 1),
            line: .init(
                phoneNumber: number,
                decision: .paused,
                status: "FLAGGED",
                reputation: nil,
                reasons: ["status is FLAGGED"],
                since: Timestamp(seconds: 1),
                isNewDecision: true
            )
        )
        return DeliveryDraft(
            hook: hook,
            channel: .page,
            type: message.type,
            orderingKey: "incident/\(index)",
            line: number,
            incident: nil,
            event: nil,
            command: nil,
            payload: Array(message.type.utf8),
            message: message.stored
        )
    }

    @Test func pagesThatComeTogetherGoTogether() async throws {
        let store = try Store()
        try await store.write(try (0..<5).map { try page($0) })
        let hook = FakeHook()
        let lane = Lane(hook, store, groupWait: .milliseconds(20))
        await lane.wake()
        await hook.received(1)
        await lane.finish(within: .seconds(30))
        #expect(await hook.payloads == ["incident.group"])
        for index in 0..<5 { #expect(try await store.states("+1202555000\(index)") == ["delivered"]) }
    }

    @Test func withoutAWaitEachGoesByItself() async throws {
        let store = try Store()
        try await store.write(try (0..<5).map { try page($0) })
        let hook = FakeHook()
        let lane = Lane(hook, store)
        await lane.wake()
        await hook.received(5)
        await lane.finish(within: .seconds(30))
        #expect(await hook.payloads == Array(repeating: "incident.opened", count: 5))
    }

    @Test func aGroupThatDidNotArriveIsMadeAnew() async throws {
        let store = try Store()
        try await store.write(try (0..<3).map { try page($0) })
        let hook = FakeHook { _, _ in .retry(after: nil, Failure("refused", "refused")) }
        let lane = Lane(hook, store, groupWait: .milliseconds(5))
        await lane.wake()
        await hook.received(3)
        await lane.finish(within: .seconds(30))
        let ids = await hook.attempts.map(\.id)
        #expect(Set(ids).count == ids.count, "what is in it may have changed, and so its id has")
    }

    @Test func whileAHookIsBrokenOnePageTriesIt() async throws {
        let store = try Store()
        try await store.write(try (0..<5).map { try page($0) })
        let hook = FakeHook(concurrency: 1) { _, _ in .broken(Failure("http_404", "HTTP 404")) }
        let reports = Gathered<DeliveryReport>()
        let lane = Lane(hook, store, report: reports.take)
        await lane.wake()
        await hook.received(1)
        await lane.finish(within: .seconds(30))
        #expect(await hook.attempts.count == 1)
        #expect(reports.all.compactMap(\.news) == [.broken(Failure("http_404", "HTTP 404"))])
        let state = try await store.ledger.hookState("a")
        #expect(state?.brokenReason == "HTTP 404")
    }

    @Test func whatABrokenHookDoesNotTakeAnotherIsTold() async throws {
        let store = try Store()
        let hook = FakeHook { _, _ in .broken(Failure("http_404", "HTTP 404")) }
        let spare = FakeHook()
        let lane = Lane(hook, store, detour: Detour(fallback: "b", hook: spare))
        try await store.write(try (0..<3).map { try page($0) })
        await lane.wake()
        await hook.received(1)
        var copies: [DueDelivery] = []
        while copies.count < 3, !Task.isCancelled {
            await lane.wake()
            copies = try await store.ledger.due("b", .page, at: Timestamp(seconds: 4_000_000_000), limit: 10)
        }
        await lane.finish(within: .seconds(30))
        #expect(copies.map(\.type) == Array(repeating: "incident.opened", count: 3))
        #expect(
            copies.compactMap { $0.message.flatMap { Message(stored: $0) }?.line?.phoneNumber.description }.count == 3
        )
    }

    @Test func whatHasWaitedLongIsToldElsewhereOnce() async throws {
        let store = try Store()
        let hook = FakeHook { _, _ in .retry(after: nil, Failure("timeout", "timeout", mayHaveArrived: true)) }
        let lane = Lane(hook, store, fallbackAfter: .zero, detour: Detour(fallback: "b", hook: FakeHook()))
        try await store.write([try page(0)])
        await lane.wake()
        await hook.received(4)
        await lane.finish(within: .seconds(30))
        let copies = try await store.ledger.due("b", .page, at: Timestamp(seconds: 4_000_000_000), limit: 10)
        #expect(copies.count == 1)
    }

    @Test func anAnswerToWaitHoldsEverythingForTheHook() async throws {
        let store = try Store()
        try await store.write(try (0..<3).map { try page($0) })
        let hook = FakeHook(concurrency: 1) { _, earlier in
            earlier == 0 ? .retry(after: .hours(1), Failure("http_429", "HTTP 429")) : .taken
        }
        let lane = Lane(hook, store, pace: .milliseconds(1))
        await lane.wake()
        await hook.received(1)
        await lane.finish(within: .seconds(30))
        #expect(await hook.attempts.count == 1)
        let state = try #require(try await store.ledger.hookState("a"))
        #expect(state.notBefore > Clock.system.now() + .minutes(59))
    }
}
