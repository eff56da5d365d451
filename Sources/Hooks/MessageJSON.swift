import Chrono
package import JSON
import Lines

// The form in which messages go over the wire. Receivers are written against these names.

extension Message {
    /// The form that `http` hooks receive: `{"type","timestamp","data"}`.
    ///
    /// A group's `data` is `{"messages":[…]}`, each of them in this form.
    package var json: JSON {
        .object([
            ("type", .string(type)),
            ("timestamp", .string(timestamp.rfc3339)),
            (
                "data",
                .object([
                    ("line", line?.json), ("incident", incident?.json), ("event", event?.json), ("alert", alert?.json),
                    ("audit", audit?.json),
                    ("messages", group.isEmpty ? JSON?.none : .array(group.map(\.json))),
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
