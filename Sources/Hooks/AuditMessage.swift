import Chrono
import JSON
import Lines

// What an audit found, on the wire and back.

extension AuditFinding {
    var json: JSON {
        .object([
            ("audit_id", .string(id)),
            ("generated_at", generatedAt.map { .string($0.rfc3339) } ?? .null),
            ("severity", severity.map(JSON.string) ?? .null),
            ("primary_driver", primaryDriver?.json ?? .null),
            ("action_items", .array(actions.map(\.json))),
            ("conversations", .array(conversations.map(\.json))),
            ("link", .string(link)),
            ("trace_id", traceID.map(JSON.string) ?? .null),
        ])
    }

    /// Nil for anything that `json` did not write.
    init?(_ json: JSON) {
        guard let id = json["audit_id"]?.string, let link = json["link"]?.string else { return nil }
        self.init(
            id: id,
            generatedAt: json["generated_at"]?.string.flatMap { Timestamp(rfc3339: $0) },
            severity: json["severity"]?.string,
            primaryDriver: json["primary_driver"].flatMap { Driver($0) },
            actions: (json["action_items"]?.array ?? []).compactMap { Action($0) },
            conversations: (json["conversations"]?.array ?? []).compactMap { Conversation($0) },
            link: link,
            traceID: json["trace_id"]?.string
        )
    }
}

extension AuditFinding.Driver {
    fileprivate var json: JSON {
        .object([
            ("key", .string(key)), ("summary", summary.map(JSON.string) ?? .null),
            ("metric", metric.map(JSON.string) ?? .null),
        ])
    }

    fileprivate init?(_ json: JSON) {
        guard let key = json["key"]?.string else { return nil }
        self.init(key: key, summary: json["summary"]?.string, metric: json["metric"]?.string)
    }
}

extension AuditFinding.Action {
    fileprivate var json: JSON {
        .object([("title", .string(title)), ("detail", detail.map(JSON.string) ?? .null)])
    }

    fileprivate init?(_ json: JSON) {
        guard let title = json["title"]?.string else { return nil }
        self.init(title: title, detail: json["detail"]?.string)
    }
}

extension AuditFinding.Conversation {
    fileprivate var json: JSON { .object([("chat_id", .string(chat)), ("trouble", .string(trouble))]) }

    fileprivate init?(_ json: JSON) {
        guard let chat = json["chat_id"]?.string, let trouble = json["trouble"]?.string else { return nil }
        self.init(chat: chat, trouble: trouble)
    }
}
