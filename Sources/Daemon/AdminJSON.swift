import Chrono
import JSON
import Ledger
import Lines

// The forms in which the admin listener tells of the ledger's records. Others are written against these names.

extension LineRecord {
    var json: JSON {
        .object([
            ("phone_number", .string(state.line.description)),
            ("decision", .string(assessment.decision.rawValue)),
            ("reasons", .array(assessment.reasons.map(JSON.string))),
            ("since", .string(decisionSince.rfc3339)),
            ("status", state.status?.json ?? .null),
            ("reputation", state.reputation?.json ?? .null),
            ("membership", state.membership?.json ?? .null),
            ("listed_since", listedSince.map { .string($0.rfc3339) } ?? .null),
            ("incident", incident.map(JSON.string) ?? .null),
            ("hold", state.hold?.json ?? .null),
            ("release", state.release?.json ?? .null),
            ("flapping", state.flapping?.json ?? .null),
        ])
    }
}

extension Hold {
    fileprivate var json: JSON {
        .object([
            ("reason", .string(reason)), ("since", .string(since.rfc3339)),
            ("until", until.map { .string($0.rfc3339) } ?? .null),
        ])
    }
}

extension Release {
    fileprivate var json: JSON { .object([("reason", .string(reason)), ("since", .string(since.rfc3339))]) }
}

extension Flapping {
    fileprivate var json: JSON {
        .object([("since", .string(since.rfc3339)), ("until", .string(until.rfc3339))])
    }
}

extension Axis {
    fileprivate var json: JSON {
        .object([
            ("value", .string(value.description)),
            ("changed_at", .string(changedAt.rfc3339)),
            ("source", .string(source.rawValue)),
        ])
    }
}

extension Incident {
    var json: JSON {
        .object([
            ("id", .string(id)),
            ("phone_number", .string(line.description)),
            ("opened_at", .string(openedAt.rfc3339)),
            ("closed_at", closedAt.map { .string($0.rfc3339) } ?? .null),
            ("severity", .string(severity.rawValue)),
            ("reasons", .array(reasons.map(JSON.string))),
        ])
    }
}

extension EvidenceRecord {
    var json: JSON {
        func axis(_ axis: (value: String, previous: String?, outcome: String)?) -> JSON {
            guard let axis else { return .null }
            return .object([
                ("value", .string(axis.value)), ("previous", axis.previous.map(JSON.string) ?? .null),
                ("outcome", .string(axis.outcome)),
            ])
        }
        return .object([
            ("event_id", .string(eventID)),
            ("type", .string(type)),
            ("phone_number", line.map(JSON.string) ?? .null),
            ("source", .string(source)),
            ("state", .string(state)),
            ("received_at", .string(receivedAt.rfc3339)),
            ("changed_at", changedAt.map { .string($0.rfc3339) } ?? .null),
            ("trace_id", traceID.map(JSON.string) ?? .null),
            ("status", axis(status)),
            ("reputation", axis(reputation)),
            ("membership", axis(membership)),
            ("gaps", .array(gaps.map(JSON.string))),
            ("decision", decision.map(JSON.string) ?? .null),
            ("incident", incident.map(JSON.string) ?? .null),
            ("step", step.map(JSON.string) ?? .null),
            ("detail", detail.map(JSON.string) ?? .null),
        ])
    }
}

extension DeliveryRecord {
    var json: JSON {
        .object([
            ("id", .string(id)),
            ("hook", .string(hook)),
            ("type", .string(type)),
            ("phone_number", line.map(JSON.string) ?? .null),
            ("state", .string(state)),
            ("created_at", .string(createdAt.rfc3339)),
            ("settled_at", settledAt.map { .string($0.rfc3339) } ?? .null),
            ("attempts", .number(attempts)),
            ("last_error", lastError.map(JSON.string) ?? .null),
            ("incident", incident.map(JSON.string) ?? .null),
            ("event_id", event.map(JSON.string) ?? .null),
            ("answer", answer.map(JSON.string) ?? .null),
            ("muted_by", silence.map(JSON.string) ?? .null),
            ("rerouted", .bool(isRerouted)),
        ])
    }
}

extension AttemptEntry {
    var json: JSON {
        .object([
            ("at", .string(at.rfc3339)),
            ("milliseconds", .number(duration.microseconds / 1_000)),
            ("outcome", .string(outcome)),
            ("answer", .string(answer)),
            ("detail", detail.map(JSON.string) ?? .null),
        ])
    }
}

extension Silence {
    var json: JSON {
        .object([
            ("id", .string(id)),
            ("lines", .string(lines.description)),
            ("severities", .array(severities.sorted().map { .string($0.rawValue) })),
            ("author", .string(author)),
            ("reason", .string(reason)),
            ("created_at", .string(createdAt.rfc3339)),
            ("ends_at", .string(endsAt.rfc3339)),
        ])
    }
}

extension AuditRecord {
    var json: JSON {
        .object([
            ("at", .string(at.rfc3339)),
            ("author", .string(author)),
            ("action", .string(action)),
            ("subject", .string(subject)),
            ("reason", .string(reason)),
        ])
    }
}
