package import Chrono
package import Lines

/// What a hook is told, as values; each hook renders it in its own form when it is planned, and the rendered form is what
/// is stored and sent.
package struct Message: Sendable {
    /// The line and what its senders may do.
    package struct Line: Sendable {
        package let phoneNumber: PhoneNumber
        package let decision: Decision
        /// The axis values verbatim; nil: never seen.
        package let status: String?
        package let reputation: String?
        package let reasons: [String]
        /// Since when the decision holds.
        package let since: Timestamp
        /// Whether the change this is about gave the line another decision.
        package let isNewDecision: Bool
    }

    /// The evidence behind it.
    package struct Event: Sendable {
        package let id: String
        /// What Linq's support asks for.
        package let traceID: String?
        package let changedAt: Timestamp
        package let previous: (status: String?, reputation: String?)
        package let new: (status: String?, reputation: String?)
    }

    /// Something about the daemon itself.
    package struct Alert: Sendable {
        /// A word for programs: `signature_mismatch`.
        package let kind: String
        package let summary: String
        /// What to do about it.
        package let remedy: String

        package init(kind: String, summary: String, remedy: String) {
            self.kind = kind
            self.summary = summary
            self.remedy = remedy
        }
    }

    /// What happened, as the wire says it, such as `line.paused`.
    package let type: String
    package let timestamp: Timestamp
    package let line: Line?
    package let incident: Incident?
    package let event: Event?
    package let alert: Alert?
    /// What an audit of the line found, if that is the news.
    package let audit: AuditFinding?
    /// What `incident.group` puts together, one message for each incident; empty for all other types.
    package let group: [Message]

    /// All parts, as they are read back from the ledger.
    init(
        type: String,
        timestamp: Timestamp,
        line: Line? = nil,
        incident: Incident? = nil,
        event: Event? = nil,
        alert: Alert? = nil,
        audit: AuditFinding? = nil,
        group: [Message] = []
    ) {
        self.type = type
        self.timestamp = timestamp
        self.line = line
        self.incident = incident
        self.event = event
        self.alert = alert
        self.audit = audit
        self.group = group
    }

    /// A message about a change of a line.
    package init(type: String, about change: LineChange) {
        self.type = type
        timestamp = change.at
        line = Line(
            phoneNumber: change.line,
            decision: change.assessment.decision,
            status: change.after.status?.value.description,
            reputation: change.after.reputation?.value.description,
            reasons: change.assessment.reasons,
            since: change.decisionSince,
            isNewDecision: change.assessmentBefore.decision != change.assessment.decision
        )
        // The ledger keeps how grave the incident was; the message says how grave things are: recovery is `info`.
        incident = change.incident.map { incident in
            var incident = incident
            incident.severity = change.assessment.severity
            return incident
        }
        event = change.event.flatMap { event in
            change.observation.map { observation in
                Event(
                    id: event.id,
                    traceID: event.traceID,
                    changedAt: observation.changedAt,
                    previous: (
                        change.before.status?.value.description ?? observation.status?.previous?.description,
                        change.before.reputation?.value.description ?? observation.reputation?.previous?.description
                    ),
                    new: (change.after.status?.value.description, change.after.reputation?.value.description)
                )
            }
        }
        alert = nil
        audit = change.finding
        group = []
    }

    /// A message about the daemon.
    package init(alert: Alert, at timestamp: Timestamp) {
        self.init(type: "daemon.alert", timestamp: timestamp, alert: alert)
    }

    /// A message that tells of nothing but itself, to try a hook out.
    package static func test(at timestamp: Timestamp) -> Message { Message(type: "test", timestamp: timestamp) }

    /// Pages that came together, as one: the gravest first, then in the order in which they came.
    package init(group: [Message], at timestamp: Timestamp) {
        let order = group.enumerated().sorted { left, right in
            (right.element.severity, left.offset) < (left.element.severity, right.offset)
        }
        self.init(type: "incident.group", timestamp: timestamp, group: order.map(\.element))
    }

    /// How urgent it is: the gravest of a group; a trouble of the daemon's is a warning.
    package var severity: Severity {
        group.map(\.severity).max() ?? incident?.severity ?? .warning
    }
}
