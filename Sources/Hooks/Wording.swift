import Chrono
import Lines

/// A message in words for people: which line, what changed, since when, what linewarden did, what to do.
///
/// Without markup and without limits: every hook that writes to people puts the words into its own form.
struct Wording {
    private let message: Message

    init(_ message: Message) { self.message = message }

    /// The one sentence that says it all.
    var headline: String {
        if !message.group.isEmpty { return groupHeadline }
        if let alert = message.alert { return "linewarden: \(alert.summary)" }
        guard let line = message.line else {
            return message.type == "test" ? "Test: linewarden reaches this hook" : message.type
        }
        switch message.type {
        case "test": return "Test: linewarden reaches this hook, and would tell it about \(line.phoneNumber)"
        case "incident.resolved" where !line.reasons.isEmpty:
            return "\(line.phoneNumber) is no more: \(line.reasons.joined(separator: ", "))"
        case "incident.resolved": return "\(line.phoneNumber) has recovered: sends resumed"
        case "incident.updated":
            if let audit = message.audit {
                let driver = audit.primaryDriver?.key.replacing("_", with: " ")
                return
                    "Why \(line.phoneNumber) is \(line.decision.rawValue): \(driver ?? "Linq names nothing to act on")"
            }
            let now = line.isNewDecision ? "now" : "still"
            return "\(line.phoneNumber) is \(now) \(line.decision.rawValue)\(causes(line))"
        case "incident.reminder":
            return "Reminder: \(line.phoneNumber) is still \(line.decision.rawValue)\(causes(line))"
        default: return "\(line.phoneNumber) is \(line.decision.rawValue)\(causes(line))"
        }
    }

    /// How urgent it is, at a glance.
    var sign: String {
        switch message.type {
        case "incident.resolved": return "✅"
        case "test": return "🔵"
        default: break
        }
        switch message.severity {
        case .critical, .error: return "🔴"
        case .warning: return "🟠"
        case .info: return message.group.isEmpty ? "🔵" : "✅"
        }
    }

    /// What is known, by name; none of a group.
    var facts: [(name: String, value: String)] {
        guard let line = message.line else { return [] }
        var facts = [(name: "Line", value: line.phoneNumber.description)]
        facts.append(("Status", axis(message.event?.previous.status, line.status)))
        facts.append(("Reputation", axis(message.event?.previous.reputation, line.reputation)))
        facts.append(("Changed at", (message.event?.changedAt ?? line.since).rfc3339))
        if let incident = message.incident {
            facts.append(("Severity", incident.severity.rawValue))
            if let closedAt = incident.closedAt {
                facts.append(("Lasted", (closedAt - incident.openedAt).phrase))
            } else {
                facts.append(("Incident open since", incident.openedAt.rfc3339))
            }
        }
        return facts
    }

    /// What linewarden did, and what is left to do.
    var paragraphs: [(name: String, text: String)] {
        if message.type == "test" {
            return [("What to do", "Nothing: this is a test. Nothing has happened to any line.")]
        }
        if let alert = message.alert { return [("What to do", alert.remedy)] }
        guard let line = message.line else { return [] }
        return audited + usual(line)
    }

    /// What an audit found: why, what to do about it, where it shows.
    private var audited: [(name: String, text: String)] {
        guard let audit = message.audit else { return [] }
        var paragraphs: [(name: String, text: String)] = []
        if let driver = audit.primaryDriver {
            let words = [driver.summary, driver.metric].compactMap { $0 }.filter { !$0.isEmpty }
            paragraphs.append(("What drags it down", ([driver.key] + words).joined(separator: ": ")))
        }
        let actions = audit.actions.enumerated().map { index, action in
            "\(index + 1). \(action.title)\(action.detail.map { ": \($0)" } ?? "")"
        }
        if !actions.isEmpty { paragraphs.append(("What Linq advises", actions.joined(separator: "\n"))) }
        let chats = audit.conversations.map { "\($0.chat): \($0.trouble)" }
        if !chats.isEmpty { paragraphs.append(("Worst conversations", chats.joined(separator: "\n"))) }
        return paragraphs + [("More", audit.link)]
    }

    private func usual(_ line: Message.Line) -> [(name: String, text: String)] {
        switch line.decision {
        case .allowed where !line.reasons.isEmpty:
            return [("What linewarden did", "Closed the incident: nobody sends on a line that is not there.")]
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

    /// What Linq's support and a search in the history ask for.
    var references: [String] {
        [
            message.incident.map { "incident \($0.id)" }, message.event.map { "event \($0.id)" },
            message.event?.traceID.map { "trace \($0)" }, message.audit.map { "audit \($0.id)" },
        ].compactMap { $0 }
    }

    /// A group's messages, each as its own words.
    var parts: [Wording] { message.group.map { Wording($0) } }

    /// `12 lines: 9 paused, 1 slowed, 2 recovered`.
    private var groupHeadline: String {
        let lines = Set(message.group.compactMap { $0.line?.phoneNumber }).count
        let counts = Decision.allCases.sorted(by: >).compactMap { decision -> String? in
            let count = message.group.count { $0.line?.decision == decision }
            if count == 0 { return nil }
            return "\(count) \(decision == .allowed ? "recovered" : decision.rawValue)"
        }
        return "\(lines) \(lines == 1 ? "line" : "lines"): \(counts.joined(separator: ", "))"
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

    private func causes(_ line: Message.Line) -> String {
        line.reasons.isEmpty ? "" : ": \(line.reasons.joined(separator: ", "))"
    }

    private func axis(_ before: String?, _ now: String?) -> String {
        guard let now else { return "not known" }
        return before == nil || before == now ? now : "\(before ?? "") → \(now)"
    }
}
