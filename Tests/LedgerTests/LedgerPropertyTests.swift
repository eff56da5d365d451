import Chrono
import Lines
import SQLite
import TestSupport
import Testing

@testable import Ledger

/// Whatever arrives in whatever order and batches: the ledger ends where pure merging ends, and the hooks know it.
@Suite(.timeLimit(.minutes(5))) struct LedgerPropertyTests {
    private static let statuses = [nil, "ACTIVE", "FLAGGED", "LIMITED"]
    private static let reputations = [nil, "HEALTHY", "AT_RISK", "CRITICAL"]

    private func events(_ random: inout SeededGenerator) throws -> [VerifiedEvent] {
        try (0..<Int.random(in: 20...120, using: &random)).map { index in
            .status(
                "e\(index)",
                try line(Int.random(in: 0..<4, using: &random)),
                status: Self.statuses.randomElement(using: &random) ?? nil,
                reputation: Self.reputations.randomElement(using: &random) ?? nil,
                at: Int.random(in: 0..<40, using: &random)
            )
        }
    }

    private func merged(_ events: [VerifiedEvent]) -> [PhoneNumber: LineState] {
        var states: [PhoneNumber: LineState] = [:]
        for case .observation(let observation) in events.map(\.meaning) {
            _ = states[observation.line, default: LineState(observation.line)].merge(observation)
        }
        return states
    }

    @Test("Final states, incidents and commands are those of the pure merge", arguments: 1...25 as ClosedRange<UInt64>)
    func agrees(seed: UInt64) async throws {
        var random = SeededGenerator(state: seed)
        let events = try events(&random)
        // Each at least once, some again, in another order.
        let arrivals = (events + events.filter { _ in Bool.random(using: &random) }).shuffled(using: &random)
        let bench = try Bench()
        let ledger = try bench.open(policy: neverFlapping, planner: plannerOfTwoHooks)
        for event in arrivals {
            ledger.record(event) { receipt in
                if case .failed(let error) = receipt { Issue.record("\(error)") }
            }
            if Int.random(in: 0..<5, using: &random) == 0 { await ledger.settleDown() }
            if Int.random(in: 0..<4, using: &random) == 0 { try await deliverSome(ledger, &random) }
        }
        await ledger.settleDown()
        let reader = try LedgerReader(path: ledger.path)
        let expected = merged(events)
        let records = try await reader.lines(.standard, limit: .max)
        #expect(Dictionary(uniqueKeysWithValues: records.map { ($0.state.line, $0.state) }) == expected)
        #expect(try bench.count("event") == Int64(events.count))
        for record in records {
            let decision = expected[record.state.line]?.assess(.standard).decision
            #expect(record.assessment.decision == decision)
            let open = try bench.count("incident WHERE closed_at IS NULL AND line = '\(record.state.line)'")
            #expect(open == (decision == .allowed ? 0 : 1))
            #expect((record.incident == nil) == (decision == .allowed))
            try checkIncident(record, bench)
            try await checkCommand(record, bench, reader)
        }
    }

    /// Settles some of what is due, as a lane would.
    private func deliverSome(_ ledger: Ledger, _ random: inout SeededGenerator) async throws {
        for hook in ["gate", "ops"] {
            for delivery in try await ledger.dueOfAll(hook, at: FakeClock.start, limit: 2) {
                let settlement: Settlement =
                    Bool.random(using: &random)
                    ? .delivered : .retry(notBefore: FakeClock.start + .seconds(1), error: "no")
                #expect(await ledger.settle(delivery, settlement) == nil)
            }
        }
    }

    private func checkIncident(_ record: LineRecord, _ bench: Bench) throws {
        guard let id = record.incident else { return }
        let row = try bench.rows("SELECT severity, reasons FROM incident WHERE id = '\(id)'") {
            [$0.text(0), $0.text(1)]
        }.first
        let assessment = record.assessment
        #expect(row == [assessment.severity.rawValue, assessment.reasons.joined(separator: "\n")])
    }

    /// What the hook hears last is true, and an older word cannot be sent any more.
    private func checkCommand(_ record: LineRecord, _ bench: Bench, _ reader: LedgerReader) async throws {
        let words: [Decision: String] = [.paused: "line.pause", .slowed: "line.slow", .allowed: "line.resume"]
        let deliveries = try await reader.deliveries(record.state.line, limit: 1_000).filter { $0.hook == "gate" }
        let last = deliveries.first { $0.state != "superseded" }
        #expect(last?.type ?? "line.resume" == words[record.assessment.decision])
        #expect(deliveries.filter { $0.state == "pending" }.count <= 1)
        if let pending = deliveries.first(where: { $0.state == "pending" }) {
            #expect(pending.id == deliveries.first?.id)
        }
    }
}
