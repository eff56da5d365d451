import Chrono
import JSON
import Lines

// What the ledger keeps of a page besides its rendered form, so that it can be grouped with others, or told by another
// hook, later.

extension Message {
    /// The message itself, in no hook's form.
    package var stored: [UInt8] {
        JSON.object([("new_decision", .bool(line?.isNewDecision ?? false)), ("message", json)]).bytes()
    }

    /// Reads what `stored` wrote; nil for anything else.
    package init?(stored bytes: [UInt8]) {
        guard let json = try? JSON.parse(bytes), let message = json["message"], let type = message["type"]?.string,
            let timestamp = message["timestamp"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        let data = message["data"]
        let line = data?["line"].flatMap { Line($0, isNewDecision: json["new_decision"]?.bool ?? false) }
        self.init(
            type: type,
            timestamp: timestamp,
            line: line,
            incident: data?["incident"].flatMap { json in
                line.flatMap { Incident(json, line: $0.phoneNumber, reasons: $0.reasons) }
            },
            event: data?["event"].flatMap { Event($0) },
            alert: data?["alert"].flatMap { Alert($0) },
            audit: data?["audit"].flatMap { AuditFinding($0) }
        )
    }
}

extension Message.Line {
    fileprivate init?(_ json: JSON, isNewDecision: Bool) {
        guard let number = json["phone_number"]?.string.flatMap({ PhoneNumber($0) }),
            let decision = json["decision"]?.string.flatMap(Decision.init(rawValue:)),
            let since = json["since"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(
            phoneNumber: number,
            decision: decision,
            status: json["status"]?.string,
            reputation: json["reputation"]?.string,
            reasons: (json["reasons"]?.array ?? []).compactMap(\.string),
            since: since,
            isNewDecision: isNewDecision
        )
    }
}

extension Incident {
    fileprivate init?(_ json: JSON, line: PhoneNumber, reasons: [String]) {
        guard let id = json["id"]?.string, let openedAt = json["opened_at"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
            let severity = json["severity"]?.string.flatMap(Severity.init(rawValue:))
        else { return nil }
        self.init(
            id: id,
            line: line,
            openedAt: openedAt,
            severity: severity,
            reasons: reasons,
            closedAt: json["closed_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
        )
    }
}

extension Message.Event {
    fileprivate init?(_ json: JSON) {
        guard let id = json["event_id"]?.string,
            let changedAt = json["changed_at"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        func axes(_ json: JSON?) -> (status: String?, reputation: String?) {
            (json?["status"]?.string, json?["reputation"]?.string)
        }
        self.init(
            id: id,
            traceID: json["trace_id"]?.string,
            changedAt: changedAt,
            previous: axes(json["previous"]),
            new: axes(json["new"])
        )
    }
}

extension Message.Alert {
    fileprivate init?(_ json: JSON) {
        guard let kind = json["kind"]?.string, let summary = json["summary"]?.string,
            let remedy = json["remedy"]?.string
        else { return nil }
        self.init(kind: kind, summary: summary, remedy: remedy)
    }
}
