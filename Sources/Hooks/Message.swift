package import Chrono
package import JSON
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
    }

    /// A message about the daemon.
    package init(alert: Alert, at timestamp: Timestamp) {
        type = "daemon.alert"
        self.timestamp = timestamp
        line = nil
        incident = nil
        event = nil
        self.alert = alert
    }

    /// The form that `http` hooks receive: `{"type","timestamp","data"}`.
    package var json: JSON {
        .object([
            ("type", .string(type)),
            ("timestamp", .string(timestamp.rfc3339)),
            (
                "data",
                .object([
                    ("line", line?.json), ("incident", incident?.json), ("event", event?.json), ("alert", alert?.json),
                ])
            ),
        ])
    }
}

extension Message.Line {
    fileprivate var json: JSON {
        .object([
            ("phone_number", .string(phoneNumber.description)),
            ("decision", .string(decision.rawValue)),
            ("status", status.map(JSON.string) ?? .null),
            ("reputation", reputation.map(JSON.string) ?? .null),
            ("reasons", .array(reasons.map(JSON.string))),
            ("since", .string(since.rfc3339)),
        ])
    }
}

extension Incident {
    fileprivate var json: JSON {
        .object([
            ("id", .string(id)),
            ("opened_at", .string(openedAt.rfc3339)),
            ("severity", .string(severity.rawValue)),
            ("closed_at", closedAt.map { .string($0.rfc3339) }),
        ])
    }
}

extension Message.Event {
    fileprivate var json: JSON {
        func axes(_ pair: (status: String?, reputation: String?)) -> JSON {
            .object([
                ("status", pair.status.map(JSON.string) ?? .null),
                ("reputation", pair.reputation.map(JSON.string) ?? .null),
            ])
        }
        return .object([
            ("event_id", .string(id)),
            ("trace_id", traceID.map(JSON.string) ?? .null),
            ("changed_at", .string(changedAt.rfc3339)),
            ("previous", axes(previous)),
            ("new", axes(new)),
        ])
    }
}

extension Message.Alert {
    fileprivate var json: JSON {
        .object([("kind", .string(kind)), ("summary", .string(summary)), ("remedy", .string(remedy))])
    }
}
