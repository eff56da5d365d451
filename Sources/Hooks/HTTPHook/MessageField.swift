import Chrono
import Lines

/// What a template can name: `${line.phone_number}`.
enum MessageField: String, Sendable, Hashable, CaseIterable {
    case type
    case timestamp
    /// The delivery's id; known only when the message is sent, and thus in no body.
    case id
    /// One line for people.
    case summary
    /// Several lines for people.
    case text
    case linePhoneNumber = "line.phone_number"
    case lineDecision = "line.decision"
    case lineStatus = "line.status"
    case lineReputation = "line.reputation"
    case lineReasons = "line.reasons"
    case lineSince = "line.since"
    case incidentID = "incident.id"
    case incidentSeverity = "incident.severity"
    case incidentOpenedAt = "incident.opened_at"
    case incidentClosedAt = "incident.closed_at"
    case eventID = "event.event_id"
    case eventTraceID = "event.trace_id"
    case eventChangedAt = "event.changed_at"
    case alertKind = "alert.kind"
    case alertSummary = "alert.summary"
    case alertRemedy = "alert.remedy"
}

/// What a message has for each field; empty where it has nothing.
struct FieldValues: Sendable, Hashable {
    private var values: [MessageField: String] = [:]

    init() {}

    /// Of a group the distinct values of all its messages, joined by commas.
    init(_ message: Message) {
        for field in MessageField.allCases { self[field] = Self.value(of: field, in: message) }
    }

    subscript(field: MessageField) -> String {
        get { values[field] ?? "" }
        set { values[field] = newValue.isEmpty ? nil : newValue }
    }

    private static func value(of field: MessageField, in message: Message) -> String {
        switch field {
        case .id: return ""
        case .type: return message.type
        case .timestamp: return message.timestamp.rfc3339
        case .summary: return Wording(message).summary
        case .text: return Wording(message).text
        default:
            if message.group.isEmpty { return part(of: field, in: message) ?? "" }
            var seen: Set<String> = [""]
            let values = message.group.compactMap { part(of: field, in: $0) }
            return values.filter { seen.insert($0).inserted }.joined(separator: ", ")
        }
    }

    private static func part(of field: MessageField, in message: Message) -> String? {
        switch field {
        case .type, .timestamp, .id, .summary, .text: nil
        case .linePhoneNumber: message.line?.phoneNumber.description
        case .lineDecision: message.line?.decision.rawValue
        case .lineStatus: message.line?.status
        case .lineReputation: message.line?.reputation
        case .lineReasons: message.line?.reasons.joined(separator: ", ")
        case .lineSince: message.line?.since.rfc3339
        case .incidentID: message.incident?.id
        case .incidentSeverity: message.incident?.severity.rawValue
        case .incidentOpenedAt: message.incident?.openedAt.rfc3339
        case .incidentClosedAt: message.incident?.closedAt?.rfc3339
        case .eventID: message.event?.id
        case .eventTraceID: message.event?.traceID
        case .eventChangedAt: message.event?.changedAt.rfc3339
        case .alertKind: message.alert?.kind
        case .alertSummary: message.alert?.summary
        case .alertRemedy: message.alert?.remedy
        }
    }
}
