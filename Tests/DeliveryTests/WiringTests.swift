import Chrono
import Hooks
import Ledger
import Lines
import Routing
import Testing

@testable import Delivery

@Suite struct WiringTests {
    private static let rules = RoutingTable([
        Rule(name: "stop", on: ["FLAGGED", "CRITICAL"], pause: ["gate", "sender"], page: ["oncall", "ops"]),
        Rule(name: "slow", on: ["AT_RISK"], slow: ["sender"], page: ["ops"]),
    ])

    private static func wiring(
        _ rules: RoutingTable = rules,
        hooks: [String] = ["gate", "sender", "oncall", "ops"]
    ) -> Wiring {
        let hook = FakeHook()
        return Wiring(routing: rules, hooks: Dictionary(hooks.map { ($0, hook) }) { $1 })
    }

    /// Takes an event in, and gives what was written because of it.
    private func drafts(_ store: Store, _ event: VerifiedEvent) async throws -> [String] {
        let before = try await store.deliveries().count
        guard case .stored = await store.record(event) else { return ["not stored"] }
        let written = try await store.deliveries()[before...].map { "\($0.hook): \($0.type)" }
        try await deliverAll(store)
        return written
    }

    /// As lanes would, to hooks that take everything.
    private func deliverAll(_ store: Store) async throws {
        for hook in ["gate", "sender", "ops", "oncall"] {
            for channel in DeliveryDraft.Channel.allCases {
                let due = try await store.ledger.due(hook, channel, at: Timestamp(seconds: 4_000_000_000), limit: 100)
                for delivery in try await store.ledger.claim(due, nil) {
                    #expect(await store.ledger.settle(delivery, .delivered) == nil)
                }
            }
        }
    }

    /// A line's way down and up again: each hook is told what is news to it, and nothing else.
    @Test func aSequenceOfChanges() async throws {
        let store = try Store(planner: Self.wiring().planner)
        #expect(try await drafts(store, try event(0, status: "ACTIVE", reputation: "HEALTHY")) == [])
        #expect(
            try await drafts(store, try event(1, reputation: "AT_RISK"))
                == ["sender: line.slowed", "ops: incident.opened"]
        )
        #expect(
            try await drafts(store, try event(2, status: "FLAGGED")) == [
                "gate: line.paused", "sender: line.paused", "ops: incident.updated", "oncall: incident.opened",
            ]
        )
        // Worse, but the senders stand still already.
        #expect(
            try await drafts(store, try event(3, reputation: "CRITICAL"))
                == ["oncall: incident.updated", "ops: incident.updated"]
        )
        // Said again, and said late: no news.
        #expect(try await drafts(store, try event(4, status: "FLAGGED")) == [])
        #expect(try await drafts(store, try event(-1, status: "ACTIVE")) == [])
        #expect(
            try await drafts(store, try event(5, status: "ACTIVE", reputation: "AT_RISK")) == [
                "gate: line.resumed", "sender: line.slowed", "oncall: incident.updated", "ops: incident.updated",
            ]
        )
        #expect(
            try await drafts(store, try event(6, reputation: "HEALTHY"))
                == ["sender: line.resumed", "oncall: incident.resolved", "ops: incident.resolved"]
        )
        // The next incident begins from nothing.
        #expect(
            try await drafts(store, try event(7, reputation: "AT_RISK"))
                == ["sender: line.slowed", "ops: incident.opened"]
        )
        let incidents = Set(try await store.deliveries().compactMap(\.incident))
        #expect(incidents.count == 2)
    }

    @Test func commandsAreOrderedByLineAndPagesByIncident() async throws {
        let gathered = Gathered<DeliveryDraft>()
        let planner = Self.wiring().planner
        let store = try Store(planner: { change, commanded, paged in
            let drafts = planner(change, commanded, paged)
            for draft in drafts { gathered.take(draft) }
            return drafts
        })
        _ = await store.record(try event(1, status: "FLAGGED"))
        let incident = try #require(try await store.deliveries().first?.incident)
        let drafts = gathered.all
        #expect(drafts.map(\.hook) == ["gate", "sender", "oncall", "ops"])
        #expect(drafts.map(\.channel) == [.control, .control, .page, .page])
        let keys = ["line/+12025551234", "line/+12025551234", "incident/\(incident)", "incident/\(incident)"]
        #expect(drafts.map(\.orderingKey) == keys)
        #expect(drafts.map(\.command) == ["pause", "pause", nil, nil])
        #expect(drafts.allSatisfy { $0.line?.description == "+12025551234" && $0.event == "evt_1" })
        // Rendered by the hook it is for, there and then.
        #expect(drafts.map { String(decoding: $0.payload, as: UTF8.self) } == drafts.map(\.type))
    }

    /// A rule that names a hook which is not configured (any more) plans nothing for it.
    @Test func aHookThatIsGoneIsToldNothing() async throws {
        let store = try Store(planner: Self.wiring(hooks: ["gate", "ops"]).planner)
        #expect(
            try await drafts(store, try event(1, status: "FLAGGED")) == ["gate: line.paused", "ops: incident.opened"]
        )
    }

    /// New rules: who holds a line back under the old ones is told to let it go.
    @Test func rulesThatChange() async throws {
        let store = try Store(planner: Self.wiring().planner)
        _ = await store.record(try event(1, status: "FLAGGED"))
        let before = try await store.deliveries().count
        let rules = RoutingTable([Rule(name: "stop", on: ["FLAGGED"], pause: ["gate"], page: ["ops"])])
        try await store.ledger.adopt(policy: .standard, planner: Self.wiring(rules).planner)
        #expect(try await store.deliveries()[before...].map { "\($0.hook): \($0.type)" } == ["sender: line.resumed"])
        // Taken over a second time they change nothing.
        try await store.ledger.adopt(policy: .standard, planner: Self.wiring(rules).planner)
        #expect(try await store.deliveries().count == before + 1)
    }

    @Test func heldLines() async throws {
        let store = try Store()
        let numbers = ["+12025550001", "+12025550002", "+12025550003", "+12025550004"]
        let states =
            [("FLAGGED", nil), (nil, "AT_RISK"), ("ACTIVE", "HEALTHY"), ("LIMBO", nil)] as [(String?, String?)]
        for (index, (number, state)) in zip(numbers, states).enumerated() {
            _ = await store.record(try event(Int64(index), status: state.0, reputation: state.1, line: number))
        }
        let records = try await store.reader.lines(.standard, limit: 100)
        #expect(records.count == 4)
        let wiring = Self.wiring()
        func held(_ hook: String) -> [String] { wiring.held(by: hook, of: records).map(\.line.description) }
        // Unknown values pause; a line that is only slowed is not held.
        #expect(held("gate") == ["+12025550001", "+12025550004"])
        #expect(held("sender") == held("gate"))
        #expect(held("ops") == [] && held("nobody") == [])
        #expect(wiring.held(by: "gate", of: records).allSatisfy { $0.payload == Array("line.paused".utf8) })
    }

    @Test func alerts() throws {
        let message = Message(
            alert: .init(kind: "delivery_dead", summary: "x", remedy: "y"),
            at: Timestamp(seconds: 1_771_439_705)
        )
        let draft = try #require(Self.wiring().alert(message, for: "ops"))
        #expect(draft.hook == "ops" && draft.channel == .alert && draft.type == "daemon.alert")
        #expect(draft.line == nil && draft.incident == nil && draft.event == nil && draft.command == nil)
        #expect(draft.orderingKey == "alert" && draft.payload == Array("daemon.alert".utf8))
        #expect(Self.wiring().alert(message, for: "nobody") == nil)
    }
}
