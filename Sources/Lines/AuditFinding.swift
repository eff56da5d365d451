package import Chrono

/// What an audit of a line's reputation found, as far as people are told (Linq's Partner API V3, `reputation_audit`).
package struct AuditFinding: Sendable, Hashable {
    /// What drags the line down.
    package struct Driver: Sendable, Hashable {
        /// Such as `volume_spike`.
        package let key: String
        package let summary: String?
        package let metric: String?

        package init(key: String, summary: String?, metric: String?) {
            self.key = key
            self.summary = summary
            self.metric = metric
        }
    }

    /// What to do about it.
    package struct Action: Sendable, Hashable {
        package let title: String
        package let detail: String?

        package init(title: String, detail: String?) {
            self.title = title
            self.detail = detail
        }
    }

    /// A conversation that drags the line down.
    package struct Conversation: Sendable, Hashable {
        package let chat: String
        /// What is wrong with it, in a few words.
        package let trouble: String

        package init(chat: String, trouble: String) {
            self.chat = chat
            self.trouble = trouble
        }
    }

    /// Linq's id of the audit.
    package let id: String
    package let generatedAt: Timestamp?
    /// `HEALTHY`, `AT_RISK` or `CRITICAL`, verbatim.
    package let severity: String?
    /// The most important one; nil: there is nothing to act on.
    package let primaryDriver: Driver?
    /// The first ones, the most important first.
    package let actions: [Action]
    /// The worst ones, the worst first.
    package let conversations: [Conversation]
    /// Where people see more.
    package let link: String
    /// What Linq's support finds the audit by.
    package let traceID: String?

    package init(
        id: String,
        generatedAt: Timestamp?,
        severity: String?,
        primaryDriver: Driver?,
        actions: [Action],
        conversations: [Conversation],
        link: String,
        traceID: String?
    ) {
        self.id = id
        self.generatedAt = generatedAt
        self.severity = severity
        self.primaryDriver = primaryDriver
        self.actions = actions
        self.conversations = conversations
        self.link = link
        self.traceID = traceID
    }
}
