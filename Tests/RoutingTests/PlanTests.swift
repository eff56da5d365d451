import Lines
import Testing

@testable import Routing

/// The rules of config.example.json.
let example = RoutingTable([
    Rule(name: "stop", on: ["FLAGGED", "CRITICAL"], pause: ["gate", "sender"], page: ["oncall", "ops"]),
    Rule(name: "slow", on: ["AT_RISK"], slow: ["sender"], page: ["ops"]),
])

@Suite struct PlanTests {
    @Test(arguments: [
        ("gate", "ACTIVE", "HEALTHY", false, Command.resume),
        ("gate", "ACTIVE", "AT_RISK", false, .resume),
        ("gate", "ACTIVE", "CRITICAL", false, .pause),
        ("gate", "FLAGGED", "AT_RISK", false, .pause),
        ("gate", "SUSPENDED", "-", false, .pause),
        ("gate", "ACTIVE", "HEALTHY", true, .pause),
        ("sender", "ACTIVE", "HEALTHY", false, .resume),
        ("sender", "ACTIVE", "AT_RISK", false, .slow),
        ("sender", "FLAGGED", "AT_RISK", false, .pause),
        ("sender", "-", "-", false, .resume),
        ("unknown", "FLAGGED", "CRITICAL", true, .resume),
    ])
    func command(hook: String, status: String, reputation: String, isHeld: Bool, command: Command) throws {
        let assessment = try assessment(status, reputation, isHeld: isHeld)
        #expect(example.command(for: hook, line: try line(), assessment) == command)
    }

    @Test func aHookThatOnlySlowsIsSlowedByAPause() throws {
        let table = RoutingTable([Rule(name: "r", on: ["FLAGGED", "AT_RISK"], slow: ["sender"])])
        #expect(table.command(for: "sender", line: try line(), try assessment("FLAGGED", "-")) == .slow)
        #expect(table.command(for: "sender", line: try line(), try assessment("-", "AT_RISK")) == .slow)
    }

    /// A rule that pauses on what only slows a line does not pause it: the decision is the policy's.
    @Test func aRuleCannotOverruleTheDecision() throws {
        let table = RoutingTable([Rule(name: "r", on: ["FLAGGED", "AT_RISK"], pause: ["sender"])])
        #expect(table.command(for: "sender", line: try line(), try assessment("-", "AT_RISK")) == .resume)
        #expect(table.command(for: "sender", line: try line(), try assessment("FLAGGED", "AT_RISK")) == .pause)
    }

    @Test func theStrictestRuleCounts() throws {
        let rules = [
            Rule(name: "slow", on: ["FLAGGED"], slow: ["sender"]),
            Rule(name: "stop", on: ["FLAGGED"], pause: ["sender"]),
        ]
        for table in [RoutingTable(rules), RoutingTable(rules.reversed())] {
            #expect(table.command(for: "sender", line: try line(), try assessment("FLAGGED", "-")) == .pause)
        }
    }

    @Test func hooksAreListedOnceInOrder() throws {
        #expect(example.controlHooks == ["gate", "sender"])
        #expect(example.pagers(of: try line(), try assessment("FLAGGED", "AT_RISK")) == ["oncall", "ops"])
        #expect(example.pagers(of: try line(), try assessment("-", "AT_RISK")) == ["ops"])
        #expect(example.pagers(of: try line(), try assessment("ACTIVE", "HEALTHY")) == [])
    }

    @Test func typesFollowCommands() {
        #expect(Command.allCases.map { MessageType($0) } == [.lineResumed, .lineSlowed, .linePaused])
    }

    /// The state, what the control hooks were last told, and what they are told now.
    @Test(
        arguments: [
            ("FLAGGED", "HEALTHY", [:], ["gate: line.paused", "sender: line.paused"]),
            ("FLAGGED", "HEALTHY", ["gate": Command.pause], ["sender: line.paused"]),
            ("FLAGGED", "HEALTHY", ["gate": .pause, "sender": .pause], []),
            ("FLAGGED", "HEALTHY", ["gate": .resume, "sender": .slow], ["gate: line.paused", "sender: line.paused"]),
            ("ACTIVE", "AT_RISK", [:], ["sender: line.slowed"]),
            ("ACTIVE", "AT_RISK", ["gate": .pause, "sender": .pause], ["gate: line.resumed", "sender: line.slowed"]),
            ("ACTIVE", "HEALTHY", [:], []),
            ("ACTIVE", "HEALTHY", ["gate": .resume, "sender": .resume], []),
            ("ACTIVE", "HEALTHY", ["gate": .pause, "sender": .slow], ["gate: line.resumed", "sender: line.resumed"]),
            ("FLAGGED", "AT_RISK", ["gate": .pause, "sender": .pause], []),
            // Hooks that left the rules, but still hold the line, in a fixed order.
            (
                "FLAGGED", "-", ["gate": .pause, "sender": .pause, "old": .pause, "elder": .slow, "eldest": .resume],
                [
                    "elder: line.resumed", "old: line.resumed",
                ]
            ),
            ("ACTIVE", "HEALTHY", ["old": .pause], ["old: line.resumed"]),
        ] as [(String, String, [String: Command], [String])]
    )
    func controls(status: String, reputation: String, told: [String: Command], expected: [String]) throws {
        // Control hooks hear of the state whatever the incident does.
        for step in [nil, IncidentStep.opened, .updated, .resolved] {
            let change = change(to: try state(status, reputation), step: step)
            let messages = example.plan(change, commanded: told, paged: []).filter { $0.channel == .control }
            #expect(messages.map(\.text) == expected)
            for message in messages { #expect(message.type == message.command.map { MessageType($0) }) }
        }
    }

    @Test(
        arguments: [
            ("ACTIVE", "AT_RISK", IncidentStep.opened, [], ["ops: incident.opened"]),
            ("FLAGGED", "-", .opened, [], ["oncall: incident.opened", "ops: incident.opened"]),
            // Newly concerned: an opening. Told before: an update.
            ("FLAGGED", "AT_RISK", .updated, ["ops"], ["ops: incident.updated", "oncall: incident.opened"]),
            // No longer concerned, but told of the opening: it hears of the rest.
            ("ACTIVE", "AT_RISK", .updated, ["oncall", "ops"], ["oncall: incident.updated", "ops: incident.updated"]),
            ("ACTIVE", "AT_RISK", .updated, ["old"], ["old: incident.updated", "ops: incident.opened"]),
            (
                "ACTIVE", "HEALTHY", .resolved, ["oncall", "ops"],
                ["oncall: incident.resolved", "ops: incident.resolved"]
            ),
            // Nobody is told of the end of what nobody was told of.
            ("ACTIVE", "HEALTHY", .resolved, [], []),
            ("FLAGGED", "-", nil, [], []),
            ("FLAGGED", "-", nil, ["ops"], []),
        ] as [(String, String, IncidentStep?, [String], [String])]
    )
    func pages(
        status: String,
        reputation: String,
        step: IncidentStep?,
        paged: [String],
        expected: [String]
    ) throws {
        let change = change(to: try state(status, reputation), step: step)
        let messages = example.plan(change, commanded: [:], paged: paged).filter { $0.channel == .page }
        #expect(messages.map(\.text) == expected)
        for message in messages { #expect(message.command == nil) }
    }

    @Test func controlComesBeforePages() throws {
        let change = change(to: try state("FLAGGED", "-"), step: .opened)
        #expect(
            example.plan(change, commanded: [:], paged: []).map(\.text) == [
                "gate: line.paused", "sender: line.paused", "oncall: incident.opened", "ops: incident.opened",
            ]
        )
    }

    @Test func aTableWithoutRulesSaysNothing() throws {
        let change = change(to: try state("FLAGGED", "-"), step: .opened)
        #expect(RoutingTable([]).plan(change, commanded: [:], paged: []).isEmpty)
    }

    /// AT_RISK, FLAGGED, AT_RISK, HEALTHY, over two routes.
    @Test func anIncidentFromBeginningToEnd() throws {
        var world = World(table: example)
        #expect(try world.become("ACTIVE", "AT_RISK") == ["sender: line.slowed", "ops: incident.opened"])
        #expect(
            try world.become("FLAGGED", "AT_RISK") == [
                "gate: line.paused", "sender: line.paused", "ops: incident.updated", "oncall: incident.opened",
            ]
        )
        #expect(try world.become("FLAGGED", "AT_RISK") == [])
        #expect(
            try world.become("ACTIVE", "AT_RISK") == [
                "gate: line.resumed", "sender: line.slowed", "ops: incident.updated", "oncall: incident.updated",
            ]
        )
        #expect(
            try world.become("ACTIVE", "HEALTHY") == [
                "sender: line.resumed", "ops: incident.resolved", "oncall: incident.resolved",
            ]
        )
        #expect(try world.become("ACTIVE", "HEALTHY") == [])
    }
}
