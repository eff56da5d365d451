import Chrono
import Lines
import SQLite
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct RecorderTests {
    private let bench: Bench
    private let ledger: Ledger
    private let number: PhoneNumber

    init() throws {
        bench = try Bench()
        ledger = try bench.open(planner: plannerOfTwoHooks)
        number = try line()
    }

    private func record(_ event: VerifiedEvent) async throws -> RecordedEvent {
        try #require(await ledger.record(event).recorded)
    }

    private func stored() async throws -> LineRecord? {
        try await LedgerReader(path: ledger.path).line(number, .standard)
    }

    @Test("An event is stored once, with its body and what it said")
    func stores() async throws {
        let event = VerifiedEvent.status(
            "e1",
            number,
            status: "FLAGGED",
            reputation: "AT_RISK",
            previousStatus: "ACTIVE"
        )
        #expect(try await record(event).state == .applied)
        #expect(await ledger.record(event).isDuplicate)
        // The id alone decides: the same event may come with another body.
        #expect(await ledger.record(.status("e1", number, status: "ACTIVE", at: 9)).isDuplicate)
        let evidence = try #require(try await LedgerReader(path: ledger.path).evidence(number, limit: 10).first)
        #expect(evidence.eventID == "e1")
        #expect(evidence.source == "webhook")
        #expect(evidence.state == "applied")
        #expect(evidence.traceID == "trace-e1")
        #expect(evidence.receivedAt == FakeClock.start)
        #expect(evidence.changedAt == FakeClock.start)
        #expect(evidence.status.map { [$0.value, $0.previous, $0.outcome] } == ["FLAGGED", "ACTIVE", "learnt"])
        #expect(evidence.reputation.map { [$0.value, $0.previous, $0.outcome] } == ["AT_RISK", nil, "learnt"])
        #expect(evidence.decision == "paused")
        #expect(evidence.step == "opened")
        #expect(try bench.rows("SELECT body FROM event") { $0.blob(0) } == [Array("{}".utf8)])
        #expect(try bench.count("event") == 1)
    }

    @Test("An incident is opened, updated and resolved, and the line has its id meanwhile")
    func incident() async throws {
        let opened = try await record(.status("e1", number, reputation: "AT_RISK", at: 1))
        let id = try #require(opened.change?.incident?.id)
        #expect(opened.change?.step == .opened)
        #expect(opened.change?.incident?.severity == .warning)
        #expect(try await stored()?.incident == id)

        let same = try await record(.status("e2", number, reputation: "AT_RISK", at: 2))
        #expect(same.change?.step == nil)
        #expect(same.change?.incident?.id == id)

        let updated = try await record(.status("e3", number, status: "FLAGGED", at: 3))
        #expect(updated.change?.step == .updated)
        #expect(updated.change?.incident?.id == id)
        #expect(updated.change?.incident?.severity == .critical)
        #expect(updated.change?.incident?.reasons == ["status is FLAGGED", "reputation is AT_RISK"])

        let resolved = try await record(.status("e4", number, status: "ACTIVE", reputation: "HEALTHY", at: 4))
        #expect(resolved.change?.step == .resolved)
        #expect(resolved.change?.incident?.id == id)
        #expect(resolved.change?.incident?.closedAt == FakeClock.start + .seconds(4))
        #expect(try await stored()?.incident == nil)

        let next = try await record(.status("e5", number, status: "FLAGGED", at: 5))
        #expect(next.change?.step == .opened)
        #expect(next.change?.incident?.id != id)
        #expect(try bench.count("incident") == 2)
        #expect(try bench.count("incident WHERE closed_at IS NULL") == 1)
    }

    @Test("Since when a decision holds moves with the decision only")
    func decisionSince() async throws {
        let moments: [(VerifiedEvent, Int)] = [
            (.status("e1", number, status: "ACTIVE", at: 1), 1),
            (.status("e2", number, reputation: "HEALTHY", at: 2), 1),
            (.status("e3", number, reputation: "CRITICAL", at: 3), 3),
            (.status("e4", number, status: "FLAGGED", at: 4), 3),
            (.status("e5", number, status: "ACTIVE", reputation: "AT_RISK", at: 5), 5),
        ]
        for (event, seconds) in moments {
            #expect(try await record(event).change?.decisionSince == FakeClock.start + .seconds(seconds))
            #expect(try await stored()?.decisionSince == FakeClock.start + .seconds(seconds))
        }
    }

    @Test("Older evidence is kept and changes nothing")
    func stale() async throws {
        _ = try await record(.status("e1", number, status: "FLAGGED", at: 10))
        let before = try await stored()
        let stale = try await record(.status("e2", number, status: "ACTIVE", at: 9))
        #expect(stale.state == .stale)
        #expect(stale.change?.step == nil)
        let after = try await stored()
        #expect(after?.state == before?.state)
        #expect(after?.assessment == before?.assessment)
        #expect(after?.decisionSince == before?.decisionSince)
        #expect(after?.incident == before?.incident)
        #expect(try bench.rows("SELECT state FROM event ORDER BY seq") { $0.text(0) } == ["applied", "stale"])
        #expect(try bench.count("delivery") == 2)
    }

    @Test("Of the same moment the worse word counts, whichever comes first", arguments: [true, false])
    func sameMoment(worseFirst: Bool) async throws {
        let values = worseFirst ? ["FLAGGED", "ACTIVE"] : ["ACTIVE", "FLAGGED"]
        for (index, value) in values.enumerated() {
            _ = try await record(.status("e\(index)", number, status: value, at: 1))
        }
        #expect(try await stored()?.assessment.decision == .paused)
    }

    @Test("A previous value that was never seen is a gap")
    func gaps() async throws {
        _ = try await record(.status("e1", number, status: "ACTIVE", at: 1))
        let event = VerifiedEvent.status("e2", number, status: "ACTIVE", previousStatus: "FLAGGED", at: 2)
        #expect(try await record(event).gaps == ["status"])
        #expect(try bench.rows("SELECT gaps FROM event ORDER BY seq") { $0.text(0) } == [nil, "status"])
    }

    @Test("An event that is not understood is kept aside, once, and is about no line")
    func quarantined() async throws {
        #expect(try await record(.quarantined("q1")).state == .quarantined)
        #expect(await ledger.record(.quarantined("q1")).isDuplicate)
        let rows = try bench.rows("SELECT state, detail, line FROM event") { ($0.text(0), $0.text(1), $0.text(2)) }
        #expect(rows.first?.0 == "quarantined")
        #expect(rows.first?.1 == "no phone number")
        #expect(rows.first?.2 == nil)
        #expect(try bench.count("line") == 0)
    }

    @Test("An event that says nothing of either axis makes its line known, and allowed")
    func empty() async throws {
        #expect(try await record(.status("e1", number)).state == .applied)
        #expect(try await stored()?.assessment.decision == .allowed)
    }

    @Test("A line with an unknown value is paused", arguments: ["LIMITED", "", "flagged", "FLAGGED "])
    func unknown(value: String) async throws {
        let recorded = try await record(.status("e1", number, status: value))
        #expect(recorded.change?.assessment.decision == .paused)
        #expect(try await stored()?.state.status?.value.description == value)
        #expect(try await stored()?.assessment.decision == .paused)
    }
}
