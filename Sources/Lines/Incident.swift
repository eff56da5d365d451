package import Chrono

/// The time in which a line may not send freely, from the first cause to the last.
package struct Incident: Sendable, Hashable {
    /// Unique for ever, also across ledgers: it becomes the deduplication key at PagerDuty.
    package let id: String
    package let line: PhoneNumber
    package let openedAt: Timestamp
    package var severity: Severity
    /// The causes' sentences as of the last step.
    package var reasons: [String]
    package var closedAt: Timestamp?

    package init(
        id: String,
        line: PhoneNumber,
        openedAt: Timestamp,
        severity: Severity,
        reasons: [String],
        closedAt: Timestamp? = nil
    ) {
        self.id = id
        self.line = line
        self.openedAt = openedAt
        self.severity = severity
        self.reasons = reasons
        self.closedAt = closedAt
    }
}

/// What a change of a line does to its incident.
package enum IncidentStep: String, Sendable, Hashable {
    case opened, updated, resolved
    /// Nothing changed, and that is worth saying again.
    case reminded
}

extension Assessment {
    /// The step that leads from the open incident, if there is one, to what this assessment demands; nil: nothing to do.
    ///
    /// It compares states, not edges: whatever was missed or repeated before, the result is right.
    package func step(from open: Incident?) -> IncidentStep? {
        switch (open, decision) {
        case (nil, .allowed): nil
        case (nil, _): .opened
        case (.some, .allowed): .resolved
        case (.some(let incident), _):
            incident.reasons == reasons && incident.severity == severity ? nil : .updated
        }
    }
}
