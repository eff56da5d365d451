import Chrono
import Lines
import Testing

@testable import Routing

/// A line's number for tests.
func line(_ text: String = "+12025551234") throws -> PhoneNumber { try #require(PhoneNumber(text)) }

/// What one status, one reputation and a hold demand; a hyphen is an axis that was never seen.
func assessment(_ status: String, _ reputation: String, isHeld: Bool = false) throws -> Assessment {
    try state(status, reputation, isHeld: isHeld).assess(.standard)
}

func state(
    _ status: String,
    _ reputation: String,
    isHeld: Bool = false,
    of number: String = "+12025551234"
) throws -> LineState {
    let moment = Timestamp(seconds: 1)
    return LineState(
        try line(number),
        status: status == "-" ? nil : Axis(Status(status), changedAt: moment, source: .webhook),
        reputation: reputation == "-" ? nil : Axis(Reputation(reputation), changedAt: moment, source: .webhook),
        hold: isHeld ? Hold(reason: "porting", since: moment, until: nil) : nil
    )
}

/// A change to a state, with the step it makes on the incident.
func change(to after: LineState, step: IncidentStep?) -> LineChange {
    let assessment = after.assess(.standard)
    let moment = Timestamp(seconds: 2)
    let incident = Incident(
        id: "inc_1",
        line: after.line,
        openedAt: moment,
        severity: assessment.severity,
        reasons: assessment.reasons
    )
    return LineChange(
        before: LineState(after.line),
        after: after,
        assessmentBefore: Assessment(causes: []),
        assessment: assessment,
        at: moment,
        decisionSince: moment,
        observation: nil,
        event: nil,
        incident: assessment.decision == .allowed && step == nil ? nil : incident,
        step: step
    )
}

extension PlannedMessage {
    /// `sender: line.paused`.
    var text: String { "\(hook): \(type.rawValue)" }
}
