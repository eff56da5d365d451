import JSON
import Lines
import Linq

extension AuditFinding {
    /// Actions and conversations that people are told of at the most.
    private static let shown = 3
    /// Where Linq shows the line.
    private static let dashboard = "https://dashboard.linqapp.com/api-tooling/phone-numbers"

    /// What people are told of a report.
    init(_ result: AuditResult, _ report: AuditReport) {
        let primary = report.drivers.first { $0.key == report.primaryDriver }
        let actions = report.actionItems.enumerated().sorted { left, right in
            (left.element.priority ?? .max, left.offset) < (right.element.priority ?? .max, right.offset)
        }
        self.init(
            id: result.id,
            generatedAt: result.generatedAt,
            severity: report.severity,
            primaryDriver: report.primaryDriver.map { key in
                Driver(key: key, summary: primary?.summary, metric: primary?.metric)
            },
            actions: actions.prefix(Self.shown).compactMap { _, item in
                (item.title ?? item.detail).map { Action(title: $0, detail: item.title == nil ? nil : item.detail) }
            },
            conversations: Array(Self.conversations(report.evidence).prefix(Self.shown)),
            link: Self.dashboard,
            traceID: result.traceID
        )
    }

    /// Those who asked to stop and were written to all the same come first; Linq lists both kinds worst first.
    private static func conversations(_ evidence: JSON?) -> [Conversation] {
        let optedOut = (evidence?["opt_out_chats"]?.array ?? []).compactMap { chat in
            chat["chat_id"]?.string.map { id in
                let count = chat["messages_after_stop"]?.integer ?? 0
                return Conversation(chat: id, trouble: "\(count) \(count == 1 ? "message" : "messages") after stop")
            }
        }
        let unhealthy = (evidence?["unhealthy_chats"]?.array ?? []).compactMap { chat in
            chat["chat_id"]?.string.map { id in
                let keys = (chat["driver_keys"]?.array ?? []).compactMap(\.string)
                let words = [chat["status"]?.string ?? ""] + keys
                return Conversation(chat: id, trouble: words.filter { !$0.isEmpty }.joined(separator: ", "))
            }
        }
        return optedOut + unhealthy
    }
}
