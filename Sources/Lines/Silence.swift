package import Chrono

/// An operator's word that nobody is to be paged about some lines for a while.
///
/// It mutes pages, never pauses.
package struct Silence: Sendable, Hashable {
    package let id: String
    package let lines: LinePattern
    /// Only incidents as grave as one of these; empty: all.
    package let severities: Set<Severity>
    package let author: String
    package let reason: String
    package let createdAt: Timestamp
    package let endsAt: Timestamp

    package init(
        id: String,
        lines: LinePattern,
        severities: Set<Severity>,
        author: String,
        reason: String,
        createdAt: Timestamp,
        endsAt: Timestamp
    ) {
        self.id = id
        self.lines = lines
        self.severities = severities
        self.author = author
        self.reason = reason
        self.createdAt = createdAt
        self.endsAt = endsAt
    }

    /// Whether a page about a line is muted now.
    package func mutes(_ line: PhoneNumber, _ severity: Severity, at now: Timestamp) -> Bool {
        now < endsAt && lines.matches(line) && (severities.isEmpty || severities.contains(severity))
    }
}
