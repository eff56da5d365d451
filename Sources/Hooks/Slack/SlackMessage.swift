import Chrono
import JSON
import Lines

/// A message as a person in a channel reads it: which line, what changed, since when, what linewarden did, what to do.
struct SlackMessage {
    private let message: Message

    init(_ message: Message) { self.message = message }

    /// The text of notifications, and blocks (docs.slack.dev, Block Kit: header 150, section text 3,000 characters, section
    /// fields 10 of 2,000).
    var json: JSON {
        .object([("text", .string(escaped(headline, 3_000))), ("blocks", .array(blocks))])
    }

    private var blocks: [JSON] {
        var blocks: [JSON] = [
            .object([
                ("type", "header"),
                (
                    "text",
                    .object([
                        ("type", "plain_text"), ("text", .string("\(sign) \(headline)".clipped(to: 150))),
                        ("emoji", true),
                    ])
                ),
            ])
        ]
        if !fields.isEmpty {
            let texts = fields.map { name, value in text("*\(name)*\n\(escaped(value, 1_900))") }
            blocks.append(.object([("type", "section"), ("fields", .array(texts))]))
        }
        for (name, paragraph) in paragraphs {
            blocks.append(
                .object([("type", "section"), ("text", text("*\(name)*\n\(escaped(paragraph, 2_900))"))])
            )
        }
        if !footer.isEmpty {
            let line = escaped(footer.joined(separator: "  ·  "), 1_900)
            blocks.append(.object([("type", "context"), ("elements", .array([text(line)]))]))
        }
        return blocks
    }

    private var headline: String {
        if let alert = message.alert { return "linewarden: \(alert.summary)" }
        guard let line = message.line else { return message.type }
        switch message.type {
        case "incident.resolved": return "\(line.phoneNumber) has recovered: sends resumed"
        case "incident.updated":
            let now = line.isNewDecision ? "now" : "still"
            return "\(line.phoneNumber) is \(now) \(line.decision.rawValue): \(causes(line))"
        case "incident.reminder":
            return "Reminder: \(line.phoneNumber) is still \(line.decision.rawValue): \(causes(line))"
        default: return "\(line.phoneNumber) is \(line.decision.rawValue): \(causes(line))"
        }
    }

    private var sign: String {
        if message.type == "incident.resolved" { return "✅" }
        switch message.incident?.severity ?? .warning {
        case .critical, .error: return "🔴"
        case .warning: return "🟠"
        case .info: return "🔵"
        }
    }

    private var fields: [(String, String)] {
        guard let line = message.line else { return [] }
        var fields = [("Line", line.phoneNumber.description)]
        fields.append(("Status", axis(message.event?.previous.status, line.status)))
        fields.append(("Reputation", axis(message.event?.previous.reputation, line.reputation)))
        fields.append(("Changed at", (message.event?.changedAt ?? line.since).rfc3339))
        if let incident = message.incident {
            fields.append(("Severity", incident.severity.rawValue))
            if let closedAt = incident.closedAt {
                fields.append(("Lasted", (closedAt - incident.openedAt).phrase))
            } else {
                fields.append(("Incident open since", incident.openedAt.rfc3339))
            }
        }
        return fields
    }

    private var paragraphs: [(String, String)] {
        if let alert = message.alert { return [("What to do", alert.remedy)] }
        guard let line = message.line else { return [] }
        switch line.decision {
        case .allowed: return [("What linewarden did", "Told the senders to resume, and closed the incident.")]
        case .slowed:
            return [
                ("What linewarden did", "Told the senders to slow down on this line; nothing is paused."),
                (
                    "What to do",
                    "Open fewer new conversations, and look at opt-outs and reply rates before it gets worse."
                ),
            ]
        case .paused:
            return [
                (
                    "What linewarden did",
                    "Paused outbound sends on this line until evidence says that it has recovered."
                ),
                ("What to do", remedy(line)),
            ]
        }
    }

    private func remedy(_ line: Message.Line) -> String {
        if line.reasons.count == 1, line.reasons.first?.hasPrefix("held by an operator") == true {
            return "An operator holds this line. linewarden resume lets it send again."
        }
        if line.status == "FLAGGED" {
            return
                "Contact your Linq representative with the trace id below: a flag is lifted with their help, and takes a "
                + "day or more. Move urgent conversations to another line; calls still work."
        }
        if line.reputation == "CRITICAL" {
            return "Let the line rest. Look for volume spikes, ignored opt-outs and unanswered first messages."
        }
        return "Find out from Linq what this value means; linewarden treats what it does not know as unsafe."
    }

    private var footer: [String] {
        [
            message.incident.map { "incident \($0.id)" }, message.event.map { "event \($0.id)" },
            message.event?.traceID.map { "trace \($0)" },
        ].compactMap { $0 }
    }

    private func causes(_ line: Message.Line) -> String { line.reasons.joined(separator: ", ") }

    private func axis(_ before: String?, _ now: String?) -> String {
        guard let now else { return "not known" }
        return before == nil || before == now ? now : "\(before ?? "") → \(now)"
    }

    private func text(_ mrkdwn: String) -> JSON { .object([("type", "mrkdwn"), ("text", .string(mrkdwn))]) }

    /// `&`, `<` and `>` have a meaning in mrkdwn (docs.slack.dev, "Formatting message text").
    private func escaped(_ text: String, _ limit: Int) -> String {
        text.clipped(to: limit) { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(scalar)
            }
        }
    }
}
