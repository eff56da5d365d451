import TestSupport
import Testing

@testable import Lines

@Suite struct IncidentTests {
    /// The reputation and status of a line, what the open incident says, and the step.
    @Test(arguments: [
        ("ACTIVE", "HEALTHY", Severity?.none, [String](), IncidentStep?.none),
        ("ACTIVE", "AT_RISK", nil, [], .opened),
        ("FLAGGED", "HEALTHY", nil, [], .opened),
        ("SUSPENDED", "HEALTHY", nil, [], .opened),
        ("ACTIVE", "AT_RISK", .warning, ["reputation is AT_RISK"], nil),
        ("ACTIVE", "CRITICAL", .warning, ["reputation is AT_RISK"], .updated),
        ("ACTIVE", "AT_RISK", .error, ["reputation is CRITICAL"], .updated),
        ("FLAGGED", "AT_RISK", .critical, ["status is FLAGGED"], .updated),
        // The same reasons under a changed policy, and the same severity for other reasons.
        ("ACTIVE", "CRITICAL", .critical, ["reputation is CRITICAL"], .updated),
        ("FLAGGED", "HEALTHY", .critical, ["status is SUSPENDED, which is not known to be safe"], .updated),
        ("ACTIVE", "HEALTHY", .critical, ["status is FLAGGED"], .resolved),
        ("ACTIVE", "HEALTHY", .info, [], .resolved),
    ])
    func step(
        status: String,
        reputation: String,
        openSeverity: Severity?,
        openReasons: [String],
        expected: IncidentStep?
    ) throws {
        let open = try openSeverity.map {
            Incident(id: "inc_1", line: try line(), openedAt: at(1), severity: $0, reasons: openReasons)
        }
        let state = LineState(
            try line(),
            status: axis(Status(status), 1),
            reputation: axis(Reputation(reputation), 1)
        )
        #expect(state.assess(.standard).step(from: open) == expected)
    }

    /// Levels and not edges: applying the step always ends where no step is left, and an incident is open exactly while
    /// the line is not allowed to send freely.
    @Test func stepsSettle() throws {
        var generator = SeededGenerator(state: 8)
        let line = try line()
        let statuses = ["ACTIVE", "FLAGGED", "SUSPENDED"]
        let reputations = ["HEALTHY", "AT_RISK", "CRITICAL", "DIRE"]
        var open: Incident?
        for moment in 0..<5_000 {
            let hold = Bool.random(using: &generator) ? Hold(reason: "porting", since: at(0), until: nil) : nil
            let assessment = LineState(
                line,
                status: axis(Status(statuses.randomElement(using: &generator) ?? ""), 1),
                reputation: axis(Reputation(reputations.randomElement(using: &generator) ?? ""), 1),
                hold: hold
            ).assess(.standard)
            switch assessment.step(from: open) {
            case .opened, .updated:
                open = Incident(
                    id: "inc",
                    line: line,
                    openedAt: at(Int64(moment)),
                    severity: assessment.severity,
                    reasons: assessment.reasons
                )
            case .resolved: open = nil
            case .reminded: Issue.record("nobody asked to be reminded")
            case nil: break
            }
            #expect(assessment.step(from: open) == nil)
            #expect((open == nil) == (assessment.decision == .allowed))
        }
    }
}
