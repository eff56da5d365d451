import Chrono
import Lines
import SQLite
import TestSupport
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct InspectionTests {
    private func finding(_ driver: String = "volume_spike") -> AuditFinding {
        AuditFinding(
            id: "audit-1",
            generatedAt: nil,
            severity: "CRITICAL",
            primaryDriver: .init(key: driver, summary: nil, metric: nil),
            actions: [],
            conversations: [],
            link: "https://example.com",
            traceID: "trace-audit"
        )
    }

    private func audited(isFlagged: Bool = false, _ severity: Reputation? = nil) -> Audited {
        Audited(isFlagged: isFlagged, severity: severity, startedAt: FakeClock.start, finding: finding())
    }

    @Test func incidentsAreInspectedOnce() async throws {
        let bench = try Bench()
        let ledger = try bench.open(planner: plannerOfTwoHooks)
        _ = await ledger.record(.status("e1", try line(), reputation: "CRITICAL"))
        // Held by an operator: there is nothing that Linq could tell about that.
        let hold = OperatorOrder(.pause(until: nil), try line(1), Signature(author: "a", reason: "r"))
        _ = try await ledger.operate(hold)
        let past = FakeClock.start - .hours(1)
        try await ledger.wantInspections(ofIncidentsSince: past)
        try await ledger.wantInspections(ofIncidentsSince: past)
        let pending = try await ledger.pendingInspections()
        #expect(pending.map(\.line) == [try line()] && pending.map(\.cause) == [.incident])
        try await ledger.conclude(try #require(pending.first), .failed(reason: "no", traceID: "t"))
        try await ledger.wantInspections(ofIncidentsSince: past)
        #expect(try await ledger.pendingInspections().isEmpty)
        let reader = try LedgerReader(path: ledger.path)
        let ended = try #require(try await reader.inspections(try line(), limit: 9).first)
        #expect(ended.state == .failed && ended.detail == "no" && ended.traceID == "t" && ended.settledAt != nil)
    }

    @Test func oldIncidentsAreLeftAlone() async throws {
        let bench = try Bench()
        let ledger = try bench.open()
        _ = await ledger.record(.status("e1", try line(), reputation: "CRITICAL"))
        try await ledger.wantInspections(ofIncidentsSince: FakeClock.start + .seconds(1))
        #expect(try await ledger.pendingInspections().isEmpty)
    }

    @Test func whatIsWantedIsWantedOnce() async throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let first = try await ledger.wantInspection(of: try line(), .gap)
        #expect(try await ledger.wantInspection(of: try line(), .gap) == first)
        #expect(try await ledger.wantInspection(of: try line(), .operator) != first)
        let pending = try #require(try await ledger.pendingInspections().first { $0.id == first })
        try await ledger.postpone(pending, until: FakeClock.start + .seconds(9), "later", traceID: nil)
        try await ledger.start(pending, auditID: "audit-1", traceID: "t")
        let now = try #require(try await ledger.pendingInspections().first { $0.id == first })
        #expect(now.auditID == "audit-1" && now.detail == "later" && now.notBefore == FakeClock.start + .seconds(9))
    }

    @Test func aFindingIsToldToWhoWasPaged() async throws {
        let bench = try Bench()
        let told = Log<String>()
        let ledger = try bench.open { change, commanded, paged in
            if let finding = change.finding { told.append("\(change.step?.rawValue ?? "-") \(finding.id) \(paged)") }
            return plannerOfTwoHooks(change, commanded, paged)
        }
        _ = await ledger.record(.status("e1", try line(), reputation: "CRITICAL"))
        let page = try #require(try await ledger.dueOfAll("ops", at: FakeClock.start, limit: 1).first)
        #expect(await ledger.settle(page, .delivered) == nil)
        try await ledger.wantInspections(ofIncidentsSince: FakeClock.start - .hours(1))
        let inspection = try #require(try await ledger.pendingInspections().first)
        try await ledger.conclude(inspection, .complete(audited(), report: "{}"))
        // A second end of the same one counts for nothing.
        try await ledger.conclude(inspection, .complete(audited(isFlagged: true), report: "{}"))
        #expect(told.all == [#"updated audit-1 ["ops"]"#])
        let events = try bench.rows("SELECT source, type, trace_id, status FROM event ORDER BY seq DESC LIMIT 1") {
            [$0.text(0), $0.text(1), $0.text(2), $0.text(3)]
        }
        #expect(events == [["audit", "reputation_audit.complete", "trace-audit", nil]])
    }

    @Test func aFlagThatIsFoundPausesTheLine() async throws {
        let bench = try Bench()
        let ledger = try bench.open(planner: plannerOfTwoHooks)
        _ = await ledger.record(.status("e1", try line(), status: "ACTIVE", reputation: "HEALTHY", at: -60))
        _ = try await ledger.wantInspection(of: try line(), .operator)
        let inspection = try #require(try await ledger.pendingInspections().first)
        try await ledger.conclude(inspection, .complete(audited(isFlagged: true, .healthy), report: "{}"))
        let reader = try LedgerReader(path: ledger.path)
        let record = try #require(try await reader.line(try line(), .standard))
        #expect(
            record.decision == .paused
                && record.state.status == Axis(.flagged, changedAt: FakeClock.start, source: .audit)
        )
    }
}
