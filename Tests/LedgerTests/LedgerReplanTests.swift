import Chrono
import Lines
import SQLite
import Synchronization
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct LedgerReplanTests {
    private let bench: Bench
    private let number: PhoneNumber
    /// AT_RISK pauses, FLAGGED slows.
    private let other = DecisionPolicy(pause: ["AT_RISK"], slow: ["FLAGGED"], allow: ["ACTIVE", "HEALTHY", "CRITICAL"])

    init() throws {
        bench = try Bench()
        number = try line()
    }

    private func deliveries(_ hook: String) async throws -> [String] {
        try await LedgerReader(path: bench.path).deliveries(number, limit: 100).filter { $0.hook == hook }.map(\.type)
    }

    @Test(
        "Another policy decides anew, also about lines that were allowed",
        arguments: [
            ("ACTIVE", "AT_RISK", Decision.slowed, Decision.paused),
            ("FLAGGED", "HEALTHY", .paused, .slowed),
            ("ACTIVE", "CRITICAL", .paused, .allowed),
            ("ACTIVE", "HEALTHY", .allowed, .allowed),
            ("LIMITED", "HEALTHY", .paused, .paused),
        ]
    )
    func adopts(status: String, reputation: String, before: Decision, after: Decision) async throws {
        let reports = Mutex<[CommitReport]>([])
        let ledger = try bench.open(
            planner: plannerOfTwoHooks,
            observer: { report in reports.withLock { $0.append(report) } }
        )
        _ = await ledger.record(.status("e1", number, status: status, reputation: reputation))
        let reader = try LedgerReader(path: ledger.path)
        #expect(try await reader.line(number, .standard)?.assessment.decision == before)
        try await ledger.adopt(policy: other, planner: plannerOfTwoHooks)
        let record = try #require(try await reader.line(number, other))
        #expect(record.assessment.decision == after)
        #expect(try bench.rows("SELECT decision FROM line") { $0.text(0) } == [after.rawValue])
        #expect((record.incident == nil) == (after == .allowed))
        #expect(try bench.count("incident WHERE closed_at IS NULL") == (after == .allowed ? 0 : 1))
        if before != after {
            #expect(reports.withLock { $0.last?.lines.map(\.assessment.decision) } == [after])
            #expect(reports.withLock { $0.last?.hooks } == ["gate", "ops"])
        }
        let words: [Decision: String] = [.paused: "line.pause", .slowed: "line.slow", .allowed: "line.resume"]
        #expect(try await deliveries("gate").first ?? "line.resume" == words[after])
        // The second time nothing is new.
        let count = try bench.count("delivery")
        try await ledger.replan()
        try await ledger.adopt(policy: other, planner: plannerOfTwoHooks)
        #expect(try bench.count("delivery") == count)
    }

    @Test("A policy that became another one while the daemon was down is noticed on start")
    func restart() async throws {
        var ledger: Ledger? = try bench.open(planner: plannerOfTwoHooks)
        try await ledger?.replan()
        _ = await ledger?.record(.status("e1", number, reputation: "HEALTHY"))
        await ledger?.close()
        ledger = nil
        let strict = DecisionPolicy(pause: ["HEALTHY"], slow: [], allow: [])
        let again = try await bench.reopen(policy: strict, planner: plannerOfTwoHooks)
        try await again.replan()
        let reader = try LedgerReader(path: again.path)
        #expect(try await reader.line(number, strict)?.incident != nil)
        #expect(try await deliveries("gate") == ["line.pause"])
    }

    @Test("Hooks that were not there hear of lines that are not allowed")
    func newHook() async throws {
        let ledger = try bench.open()
        _ = await ledger.record(.status("e1", number, status: "FLAGGED"))
        _ = await ledger.record(.status("e2", try line(1), status: "ACTIVE"))
        #expect(try bench.count("delivery") == 0)
        try await ledger.adopt(policy: .standard, planner: plannerOfTwoHooks)
        #expect(try await deliveries("gate") == ["line.pause"])
        #expect(try bench.count("delivery") == 1)
    }

    @Test("A hook that was told to hold a line is told to let it go, though the line is allowed by now")
    func letsGo() async throws {
        let ledger = try bench.open(planner: plannerOfTwoHooks)
        _ = await ledger.record(.status("e1", number, status: "FLAGGED"))
        // Rules that tell nobody: the recovery is not passed on.
        try await ledger.adopt(policy: .standard, planner: { _, _, _ in [] })
        _ = await ledger.record(.status("e2", number, status: "ACTIVE", at: 1))
        #expect(try await deliveries("gate") == ["line.pause"])
        try await ledger.adopt(policy: .standard, planner: plannerOfTwoHooks)
        #expect(try await deliveries("gate") == ["line.resume", "line.pause"])
    }
}
