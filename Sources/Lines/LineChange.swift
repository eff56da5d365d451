package import Chrono

/// The event behind a change, as far as messages about the change tell of it.
package struct EventReference: Sendable, Hashable {
    package let id: String
    package let traceID: String?

    package init(id: String, traceID: String?) {
        self.id = id
        self.traceID = traceID
    }
}

/// One piece of evidence, taken in: what the line was, what it is, and what that does to its incident.
package struct LineChange: Sendable {
    package let before: LineState
    package let after: LineState
    package let assessmentBefore: Assessment
    package let assessment: Assessment
    /// When this was decided.
    package let at: Timestamp
    /// Since when the decision has been what it is.
    package let decisionSince: Timestamp
    package let observation: Observation?
    package let event: EventReference?
    /// The incident after the step; nil while the line has none.
    package let incident: Incident?
    package let step: IncidentStep?
    /// What an audit found about the line, if that is what this is about.
    package let finding: AuditFinding?

    package init(
        before: LineState,
        after: LineState,
        assessmentBefore: Assessment,
        assessment: Assessment,
        at: Timestamp,
        decisionSince: Timestamp,
        observation: Observation?,
        event: EventReference?,
        incident: Incident?,
        step: IncidentStep?,
        finding: AuditFinding? = nil
    ) {
        self.before = before
        self.after = after
        self.assessmentBefore = assessmentBefore
        self.assessment = assessment
        self.at = at
        self.decisionSince = decisionSince
        self.observation = observation
        self.event = event
        self.incident = incident
        self.step = step
        self.finding = finding
    }

    package var line: PhoneNumber { after.line }
}
