package import Chrono

/// What is known of one axis: the value, since when, and who said so.
package struct Axis<Value: AxisValue>: Sendable, Hashable {
    package let value: Value
    package let changedAt: Timestamp
    package let source: EvidenceSource

    package init(_ value: Value, changedAt: Timestamp, source: EvidenceSource) {
        self.value = value
        self.changedAt = changedAt
        self.source = source
    }

    /// The one order that decides every merge: newer, then worse, then by source.
    ///
    /// Because the merged axis is always the greatest of all that were seen, the order in which they arrive cannot
    /// matter.
    func isOutranked(by other: Axis) -> Bool {
        if changedAt != other.changedAt { return changedAt < other.changedAt }
        if value != other.value { return value < other.value }
        return source < other.source
    }
}

/// An operator's word that a line stays paused.
package struct Hold: Sendable, Hashable {
    package let reason: String
    package let since: Timestamp
    /// When it ends by itself; nil: only by an operator.
    package let until: Timestamp?

    package init(reason: String, since: Timestamp, until: Timestamp?) {
        self.reason = reason
        self.since = since
        self.until = until
    }
}

/// An operator's word that a line may send although evidence says otherwise; it lasts until the next change.
package struct Release: Sendable, Hashable {
    package let reason: String
    package let since: Timestamp

    package init(reason: String, since: Timestamp) {
        self.reason = reason
        self.since = since
    }
}

/// All that is known of a line.
///
/// An axis that was never seen is nil.
package struct LineState: Sendable, Hashable {
    package let line: PhoneNumber
    package var status: Axis<Status>?
    package var reputation: Axis<Reputation>?
    package var membership: Axis<Membership>?
    package var hold: Hold?
    package var release: Release?
    /// When the decision by evidence changed lately, the oldest first; as many as are needed to see that it flaps.
    package var changes: [Timestamp]
    package var flapping: Flapping?

    package init(
        _ line: PhoneNumber,
        status: Axis<Status>? = nil,
        reputation: Axis<Reputation>? = nil,
        membership: Axis<Membership>? = nil,
        hold: Hold? = nil,
        release: Release? = nil,
        changes: [Timestamp] = [],
        flapping: Flapping? = nil
    ) {
        self.line = line
        self.status = status
        self.reputation = reputation
        self.membership = membership
        self.hold = hold
        self.release = release
        self.changes = changes
        self.flapping = flapping
    }
}

extension LineState {
    /// Whether a policy finds the same of both: they differ in no more than dates.
    package func isJudged(like other: LineState) -> Bool {
        status?.value == other.status?.value && reputation?.value == other.reputation?.value
            && membership?.value == other.membership?.value && membership?.source == other.membership?.source
            && isReleased == other.isReleased && hold == other.hold && release == other.release
            && flapping == other.flapping
    }
}
