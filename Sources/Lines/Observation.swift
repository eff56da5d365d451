package import Chrono

/// Where a piece of evidence about a line came from.
///
/// The order breaks ties between equal claims.
package enum EvidenceSource: String, Sendable, Hashable, CaseIterable, Comparable {
    case webhook, reconcile, audit, `operator`

    package static func < (left: EvidenceSource, right: EvidenceSource) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// What an observation says about one axis.
package struct Claim<Value: AxisValue>: Sendable, Hashable {
    /// The value the axis has now.
    package let value: Value
    /// The value it is said to have had before, where the source says so.
    package let previous: Value?

    package init(_ value: Value, previous: Value? = nil) {
        self.value = value
        self.previous = previous
    }
}

/// What somebody saw of a line at a moment.
///
/// An axis it does not carry is nil and stays as it is.
package struct Observation: Sendable, Hashable {
    package let line: PhoneNumber
    package let source: EvidenceSource
    /// When it became so: the payload's `changed_at`, else the envelope's `created_at`, else its arrival.
    package let changedAt: Timestamp
    package let status: Claim<Status>?
    package let reputation: Claim<Reputation>?
    package let membership: Claim<Membership>?

    package init(
        line: PhoneNumber,
        source: EvidenceSource,
        changedAt: Timestamp,
        status: Claim<Status>? = nil,
        reputation: Claim<Reputation>? = nil,
        membership: Claim<Membership>? = nil
    ) {
        self.line = line
        self.source = source
        self.changedAt = changedAt
        self.status = status
        self.reputation = reputation
        self.membership = membership
    }
}
