import TestSupport
import Testing

@testable import Lines

@Suite struct DecisionTests {
    @Test func decisionsAndSeveritiesAreOrdered() {
        #expect(Decision.allCases.reversed().sorted() == [.allowed, .slowed, .paused])
        #expect(Severity.allCases.reversed().sorted() == [.info, .warning, .error, .critical])
    }

    /// One status and one reputation; a hyphen is an axis that was never seen.
    @Test(arguments: [
        ("-", "-", Decision.allowed, Severity.info, [String]()),
        ("ACTIVE", "-", .allowed, .info, []),
        ("-", "HEALTHY", .allowed, .info, []),
        ("ACTIVE", "HEALTHY", .allowed, .info, []),
        ("ACTIVE", "AT_RISK", .slowed, .warning, ["reputation is AT_RISK"]),
        ("-", "AT_RISK", .slowed, .warning, ["reputation is AT_RISK"]),
        ("ACTIVE", "CRITICAL", .paused, .error, ["reputation is CRITICAL"]),
        ("FLAGGED", "-", .paused, .critical, ["status is FLAGGED"]),
        ("FLAGGED", "HEALTHY", .paused, .critical, ["status is FLAGGED"]),
        ("FLAGGED", "AT_RISK", .paused, .critical, ["status is FLAGGED", "reputation is AT_RISK"]),
        ("FLAGGED", "CRITICAL", .paused, .critical, ["status is FLAGGED", "reputation is CRITICAL"]),
        ("SUSPENDED", "HEALTHY", .paused, .critical, ["status is SUSPENDED, which is not known to be safe"]),
        ("ACTIVE", "DIRE", .paused, .critical, ["reputation is DIRE, which is not known to be safe"]),
        (
            "active", "healthy", .paused, .critical,
            [
                "status is active, which is not known to be safe",
                "reputation is healthy, which is not known to be safe",
            ]
        ),
    ])
    func standardPolicy(
        status: String,
        reputation: String,
        decision: Decision,
        severity: Severity,
        reasons: [String]
    ) throws {
        let assessment = try state(status, reputation).assess(.standard)
        #expect(assessment.decision == decision)
        #expect(assessment.severity == severity)
        #expect(assessment.reasons == reasons)
    }

    @Test(arguments: [
        ("ACTIVE", "HEALTHY", Severity.warning, ["FLAGGED"]),
        ("ACTIVE", "AT_RISK", .warning, ["AT_RISK", "FLAGGED"]),
        ("ACTIVE", "CRITICAL", .error, ["CRITICAL", "FLAGGED"]),
        ("SUSPENDED", "-", .critical, ["FLAGGED", "FLAGGED"]),
    ])
    func aHoldPauses(status: String, reputation: String, severity: Severity, routedAs: [String]) throws {
        var state = try state(status, reputation)
        state.hold = Hold(reason: "number is being ported", since: at(1), until: at(2))
        let assessment = state.assess(.standard)
        #expect(assessment.decision == .paused)
        #expect(assessment.severity == severity)
        #expect(assessment.causes.map(\.routedAs) == routedAs)
        #expect(assessment.causes.last?.kind == .hold)
        #expect(assessment.reasons.last == "held by an operator: number is being ported")
    }

    /// The lists of a configuration; what is in none of them pauses, also what Linq's own lists hold.
    @Test(arguments: [
        (Cause.Kind.status, "HEALTHY"), (.status, "AT_RISK"), (.status, "CRITICAL"), (.reputation, "ACTIVE"),
        (.reputation, "FLAGGED"),
    ])
    func aWordOfTheOtherAxisIsUnknown(kind: Cause.Kind, value: String) {
        let lenient = DecisionPolicy(pause: [], slow: [], allow: [value])
        for policy in [DecisionPolicy.standard, lenient] {
            let cause = policy.cause(kind, value)
            #expect(cause?.decision == .paused && cause?.severity == .critical && cause?.routedAs == "FLAGGED")
        }
    }

    @Test(arguments: [
        ("AT_RISK", ["AT_RISK"], [String](), [String](), Decision.paused, Severity.error, "AT_RISK"),
        ("FLAGGED", [], ["FLAGGED"], [], .slowed, .warning, "FLAGGED"),
        ("FLAGGED", [], [], ["FLAGGED"], .allowed, .info, ""),
        ("FLAGGED", [], [], [], .paused, .critical, "FLAGGED"),
        ("CRITICAL", [], [], [], .paused, .critical, "FLAGGED"),
        ("HEALTHY", [], [], [], .paused, .critical, "FLAGGED"),
        ("PAROLE", [], ["PAROLE"], [], .slowed, .warning, "PAROLE"),
        ("PAROLE", ["PAROLE"], [], [], .paused, .error, "PAROLE"),
        ("PAROLE", [], [], ["PAROLE"], .allowed, .info, ""),
        // The configuration refuses a value in two lists; if one came through, the strictest list would win.
        ("PAROLE", ["PAROLE"], ["PAROLE"], ["PAROLE"], .paused, .error, "PAROLE"),
        ("PAROLE", [], ["PAROLE"], ["PAROLE"], .slowed, .warning, "PAROLE"),
    ])
    func customLists(
        value: String,
        pause: [String],
        slow: [String],
        allow: [String],
        decision: Decision,
        severity: Severity,
        routedAs: String
    ) throws {
        let policy = DecisionPolicy(pause: Set(pause), slow: Set(slow), allow: Set(allow))
        // A word of one axis is unknown on the other, whatever the lists say: aWordOfTheOtherAxisIsUnknown.
        let kinds: [Cause.Kind] =
            ["ACTIVE", "FLAGGED"].contains(value)
            ? [.status] : ["HEALTHY", "AT_RISK", "CRITICAL"].contains(value) ? [.reputation] : [.status, .reputation]
        for kind in kinds {
            let cause = policy.cause(kind, value)
            #expect((cause?.decision ?? .allowed) == decision)
            #expect((cause?.severity ?? .info) == severity)
            #expect((cause?.routedAs ?? "") == routedAs)
            #expect(cause == nil || cause?.value == value)
            #expect(cause == nil || cause?.kind == kind)
        }
    }

    @Test func everyTextHasADecision() throws {
        var generator = SeededGenerator(state: 7)
        let letters = Array("ACTIVEFLAGGED_ \u{0}é*\n")
        for _ in 0..<2_000 {
            let text = String(
                (0..<Int.random(in: 0...8, using: &generator)).map { _ in
                    letters.randomElement(using: &generator) ?? "A"
                }
            )
            guard text != "ACTIVE", text != "FLAGGED" else { continue }
            let assessment = try state(text, "HEALTHY").assess(.standard)
            #expect(assessment.decision == .paused && assessment.severity == .critical)
            #expect(assessment.causes.map(\.routedAs) == ["FLAGGED"] && assessment.causes.map(\.value) == [text])
        }
    }

    private func state(_ status: String, _ reputation: String) throws -> LineState {
        LineState(
            try line(),
            status: status == "-" ? nil : axis(Status(status), 1),
            reputation: reputation == "-" ? nil : axis(Reputation(reputation), 1)
        )
    }
}
