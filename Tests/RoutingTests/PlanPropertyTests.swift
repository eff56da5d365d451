import Lines
import TestSupport
import Testing

@testable import Routing

/// Whatever a line goes through, and however the rules change meanwhile, every hook ends up knowing the truth.
@Suite struct PlanPropertyTests {
    private static let values = ["FLAGGED", "CRITICAL", "AT_RISK", "SUSPENDED"]
    private static let hooks = ["a", "b", "c", "d"]
    private static let patterns = ["+*", "+1202*", "+12025551234", "+44*"]

    @Test func controlHooksKnowTheTruth() throws {
        var generator = SeededGenerator(state: 1)
        for _ in 0..<400 {
            var world = World(table: try table(&generator))
            for _ in 0..<20 {
                if Int.random(in: 0..<8, using: &generator) == 0 { world.table = try table(&generator) }
                let (status, reputation, isHeld) = condition(&generator)
                let messages = try world.become(status, reputation, isHeld: isHeld)
                #expect(Set(messages).count == messages.count)
                let assessment = try assessment(status, reputation, isHeld: isHeld)
                for hook in Self.hooks {
                    let truth = world.table.command(for: hook, line: try line(), assessment)
                    #expect(world.told[hook] ?? .resume == truth, "\(hook), \(status), \(reputation)")
                }
                #expect(try world.become(status, reputation, isHeld: isHeld) == [], "the same state again is no news")
            }
        }
    }

    /// Each pager hears one opening, then updates, then one end; and nobody concerned is left out.
    @Test func pagesAreWellFormed() throws {
        var generator = SeededGenerator(state: 2)
        for _ in 0..<400 {
            var world = World(table: try table(&generator))
            var isOpen: [String: Bool] = [:]
            for _ in 0..<20 {
                if Int.random(in: 0..<8, using: &generator) == 0 { world.table = try table(&generator) }
                let (status, reputation, isHeld) = condition(&generator)
                let hadIncident = world.incident
                let messages = try world.become(status, reputation, isHeld: isHeld)
                for message in messages where message.contains("incident") {
                    let hook = String(message.prefix { $0 != ":" })
                    let opens = message.hasSuffix("opened")
                    #expect(isOpen[hook] ?? false == !opens, "\(message)")
                    isOpen[hook] = !message.hasSuffix("resolved")
                }
                if world.incident == nil {
                    #expect(!isOpen.values.contains(true), "an end that somebody was not told of")
                } else if world.incident?.reasons != hadIncident?.reasons {
                    let assessment = try assessment(status, reputation, isHeld: isHeld)
                    for hook in world.table.pagers(of: try line(), assessment) { #expect(isOpen[hook] == true) }
                }
            }
        }
    }

    private func condition(_ generator: inout SeededGenerator) -> (String, String, Bool) {
        let status = ["-", "ACTIVE", "ACTIVE", "FLAGGED", "SUSPENDED"].randomElement(using: &generator)
        let reputation = ["-", "HEALTHY", "HEALTHY", "AT_RISK", "CRITICAL", "DIRE"].randomElement(using: &generator)
        return (status ?? "-", reputation ?? "-", Int.random(in: 0..<6, using: &generator) == 0)
    }

    private func table(_ generator: inout SeededGenerator) throws -> RoutingTable {
        func some(_ items: [String]) -> [String] { items.filter { _ in Bool.random(using: &generator) } }
        return RoutingTable(
            try (0..<Int.random(in: 0...4, using: &generator)).map { index in
                Rule(
                    name: "rule \(index)",
                    on: Set(some(Self.values)),
                    lines: try some(Self.patterns).map { try #require(LinePattern($0)) },
                    pause: some(Self.hooks),
                    slow: some(Self.hooks),
                    page: some(Self.hooks)
                )
            }
        )
    }
}
