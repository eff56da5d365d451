import Chrono
import Testing

@testable import Lines

@Suite struct OperatorActionTests {
    private let now = Timestamp(seconds: 1_771_439_705)

    private func line(_ status: Status) throws -> LineState {
        LineState(
            try #require(PhoneNumber("+12025551234")),
            status: Axis(status, changedAt: now - Span.hours(1), source: .webhook)
        )
    }

    @Test func aHoldPausesALineInGoodOrder() throws {
        var state = try line(.active)
        state.obey(.pause(until: now + Span.hours(2)), reason: "customer asked", at: now)
        let assessment = state.assess(.standard)
        #expect(assessment.decision == .paused)
        #expect(assessment.severity == .warning)
        #expect(assessment.reasons == ["held by an operator: customer asked"])
        state.obey(.holdEnded, reason: "", at: now)
        #expect(state.assess(.standard).decision == .allowed)
    }

    @Test func theEndOfAHoldLeavesEvidenceInForce() throws {
        var state = try line(.flagged)
        state.obey(.pause(until: nil), reason: "r", at: now)
        #expect(state.assess(.standard).causes.count == 2)
        state.obey(.holdEnded, reason: "", at: now)
        #expect(state.assess(.standard).reasons == ["status is FLAGGED"])
    }

    @Test func aReleaseOverridesEvidenceUntilTheNextChange() throws {
        var state = try line(.flagged)
        state.obey(.resume, reason: "Linq says it is a mistake", at: now)
        #expect(state.assess(.standard).decision == .allowed)
        // Said again, it is no change; the operator knew it.
        let again = Observation(line: state.line, source: .webhook, changedAt: now, status: Claim(.flagged))
        _ = state.merge(again)
        #expect(state.assess(.standard).decision == .allowed)
        let worse = Observation(line: state.line, source: .webhook, changedAt: now, reputation: Claim(.critical))
        _ = state.merge(worse)
        #expect(state.release == nil)
        #expect(state.assess(.standard).reasons == ["status is FLAGGED", "reputation is CRITICAL"])
    }

    @Test func aHoldAfterAReleaseHolds() throws {
        var state = try line(.flagged)
        state.obey(.resume, reason: "r", at: now)
        state.obey(.pause(until: nil), reason: "no, wait", at: now)
        #expect(state.release == nil)
        #expect(state.assess(.standard).decision == .paused)
    }
}
