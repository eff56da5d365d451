/// What an observation did to one axis.
package enum AxisOutcome: String, Sendable, Hashable {
    /// The observation does not speak of this axis.
    case absent
    /// It was the first word about this axis.
    case learnt
    /// It gave the axis another value.
    case changed
    /// It said what was known already, as of a later moment or from another source.
    case confirmed
    /// It is older than what is known, or no worse at the same moment: it changed nothing.
    case stale
}

/// What an observation did to a line.
package struct MergeOutcome: Sendable, Hashable {
    package let status: AxisOutcome
    package let reputation: AxisOutcome
    package let membership: AxisOutcome
    /// The names of the axes on which `previous_*` differs from what was stored: at least one event is missing.
    package let gaps: [String]

    package init(
        status: AxisOutcome,
        reputation: AxisOutcome,
        membership: AxisOutcome = .absent,
        gaps: [String]
    ) {
        self.status = status
        self.reputation = reputation
        self.membership = membership
        self.gaps = gaps
    }

    /// Whether nothing in it was news, because newer evidence had already been seen.
    package var isStale: Bool {
        let outcomes = [status, reputation, membership].filter { $0 != .absent }
        return !outcomes.isEmpty && outcomes.allSatisfy { $0 == .stale }
    }
}

extension LineState {
    /// Takes an observation in.
    ///
    /// Deterministic, idempotent, and independent of the order of arrival.
    package mutating func merge(_ observation: Observation) -> MergeOutcome {
        var gaps: [String] = []
        let statusOutcome = merge(observation.status, of: observation, into: \.status, "status", &gaps)
        let reputationOutcome = merge(observation.reputation, of: observation, into: \.reputation, "reputation", &gaps)
        let membershipOutcome = merge(observation.membership, of: observation, into: \.membership, "membership", &gaps)
        // An operator judged the line as it was; what has changed since nobody has judged.
        if [statusOutcome, reputationOutcome].contains(where: { $0 == .changed || $0 == .learnt }) { release = nil }
        return MergeOutcome(
            status: statusOutcome,
            reputation: reputationOutcome,
            membership: membershipOutcome,
            gaps: gaps
        )
    }

    private mutating func merge<Value>(
        _ claim: Claim<Value>?,
        of observation: Observation,
        into path: WritableKeyPath<LineState, Axis<Value>?>,
        _ name: String,
        _ gaps: inout [String]
    ) -> AxisOutcome {
        guard let claim else { return .absent }
        let claimed = Axis(claim.value, changedAt: observation.changedAt, source: observation.source)
        guard let known = self[keyPath: path] else {
            self[keyPath: path] = claimed
            return .learnt
        }
        if known == claimed { return .stale }
        // An older claim's `previous` speaks of a time before what is stored: it proves nothing missing.
        if known.changedAt < claimed.changedAt, let previous = claim.previous, previous != known.value {
            gaps.append(name)
        }
        guard known.isOutranked(by: claimed) else { return .stale }
        self[keyPath: path] = claimed
        return known.value == claimed.value ? .confirmed : .changed
    }
}
