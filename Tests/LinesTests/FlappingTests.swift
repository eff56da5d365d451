import Chrono
import Testing

@testable import Lines

@Suite struct FlappingTests {
    private let policy: DecisionPolicy = {
        var policy = DecisionPolicy.standard
        (policy.flapLimit, policy.flapWindow) = (3, .seconds(100))
        return policy
    }()

    /// A line whose status changes at these seconds, beginning with FLAGGED.
    private func line(changingAt seconds: [Int64], _ policy: DecisionPolicy? = nil) throws -> LineState {
        var state = LineState(try number())
        for (index, second) in seconds.enumerated() {
            let before = state
            state.status = Axis(
                Status(index.isMultiple(of: 2) ? "FLAGGED" : "ACTIVE"),
                changedAt: at(second),
                source: .webhook
            )
            state.watchFlapping(since: before, policy ?? self.policy, at: at(second))
        }
        return state
    }

    private func number() throws -> PhoneNumber { try #require(PhoneNumber("+12025551234")) }

    @Test(
        arguments: [
            ([], false), ([0, 1, 2], false), ([0, 1, 2, 3], true), ([0, 50, 99, 100], false), ([0, 50, 98, 99], true),
            ([0, 200, 400, 600, 800, 1_000], false),
        ] as [([Int64], Bool)]
    )
    func tooManyChanges(seconds: [Int64], flaps: Bool) throws {
        let state = try line(changingAt: seconds)
        #expect((state.flapping != nil) == flaps)
        // As many as are needed to tell, however long it goes on.
        #expect(state.changes.count <= policy.flapLimit + 1)
    }

    @Test func itIsHeldAndSaysOneThing() throws {
        let flapping = try line(changingAt: [0, 1, 2, 3])
        #expect(flapping.flapping == Flapping(since: at(3), until: at(103)))
        let assessment = flapping.assess(policy)
        #expect(assessment.decision == .paused && assessment.severity == .critical)
        #expect(assessment.reasons == ["flapping: more than 3 changes within 1 min 40 s"])
        // Whatever the evidence says meanwhile: people are told once. Each turn puts the end off.
        let later = try line(changingAt: [0, 1, 2, 3, 50])
        #expect(later.assess(policy) == assessment)
        #expect(later.flapping == Flapping(since: at(3), until: at(150)))
    }

    @Test func repetitionsAreNoChanges() throws {
        var state = try line(changingAt: [0, 1])
        for _ in 0..<10 { state.watchFlapping(since: state, policy, at: at(2)) }
        #expect(state.flapping == nil && state.changes == [at(0), at(1)])
    }

    @Test func anOperatorsHoldIsNoChangeOfEvidence() throws {
        let before = try line(changingAt: [0, 1])
        var held = before
        held.obey(.pause(until: nil), reason: "r", at: at(2))
        held.watchFlapping(since: before, policy, at: at(2))
        #expect(held.changes == before.changes)
    }

    @Test(arguments: [OperatorAction.flappingEnded, .resume])
    func itEnds(action: OperatorAction) throws {
        var state = try line(changingAt: [0, 1, 2, 3])
        state.obey(action, reason: "r", at: at(200))
        #expect(state.flapping == nil && state.changes == [])
        #expect(state.assess(policy).decision == .allowed)
    }

    @Test func itCanBeSwitchedOff() throws {
        var off = policy
        off.flapLimit = 0
        let state = try line(changingAt: Array(0..<20), off)
        #expect(state.flapping == nil && state.changes == [])
    }

    /// The clock was set back an hour: what it saw before must not hold a line for an hour.
    @Test func changesFromTheFutureAreForgotten() throws {
        #expect(try line(changingAt: [3_600, 3_601, 3_602, 0]).flapping == nil)
    }
}

@Suite struct SilenceTests {
    @Test(arguments: [
        ("+1202*", [Severity](), "+12025551234", Severity.error, 0, true),
        ("+1202*", [], "+12035551234", .error, 0, false),
        ("+12025551234", [.warning, .error], "+12025551234", .error, 0, true),
        ("+12025551234", [.warning], "+12025551234", .critical, 0, false),
        ("+*", [], "+12025551234", .critical, 59, true),
        ("+*", [], "+12025551234", .critical, 60, false),
    ])
    func mutes(
        lines: String,
        severities: [Severity],
        number: String,
        severity: Severity,
        second: Int64,
        expected: Bool
    ) throws {
        let silence = Silence(
            id: "sil",
            lines: try #require(LinePattern(lines)),
            severities: Set(severities),
            author: "ann",
            reason: "r",
            createdAt: at(0),
            endsAt: at(60)
        )
        #expect(silence.mutes(try #require(PhoneNumber(number)), severity, at: at(second)) == expected)
    }
}
