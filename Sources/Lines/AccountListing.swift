package import Chrono

/// A line as Linq's list of the account's lines has it.
package struct ListedLine: Sendable, Hashable {
    package let line: PhoneNumber
    /// Nil where the list says nothing of it (API V2).
    package let reputation: Reputation?

    package init(_ line: PhoneNumber, reputation: Reputation?) {
        self.line = line
        self.reputation = reputation
    }
}

extension LineState {
    /// How far back an improvement that a list shows is dated, so that a webhook which is on its way is not outvoted by
    /// an older look.
    package static let listingDelay = Span.seconds(60)

    /// What a list of the account's lines says of this one that is news; nil: nothing.
    ///
    /// The list knows nothing of FLAGGED: it can only correct the reputation, for better or worse, and that the line is
    /// there. What it confirms is no news, and stays dated as it was.
    ///
    /// `askedAt`: when the list was asked for.
    ///
    /// `isKnown`: whether anything was ever heard of the line.
    package func news(in listed: ListedLine, askedAt: Timestamp, isKnown: Bool) -> Observation? {
        let isNew = !isKnown || isReleased
        guard let value = listed.reputation, value != reputation?.value else {
            guard isNew else { return nil }
            return Observation(line: line, source: .reconcile, changedAt: askedAt, membership: Claim(.assigned))
        }
        let dated = isReleased ? askedAt : date(of: value, askedAt)
        if let reputation, dated <= reputation.changedAt, !isNew { return nil }
        return Observation(
            line: line,
            source: .reconcile,
            changedAt: dated,
            reputation: Claim(value),
            membership: isNew ? Claim(.assigned) : nil
        )
    }

    /// What an audit of this line says, as far as it is news.
    ///
    /// The audit alone tells that a line is flagged. That it does not name the flag is no proof that there is none: it
    /// never clears FLAGGED.
    ///
    /// `startedAt`: when the audit was asked for.
    package func news(isFlagged: Bool, audited severity: Reputation?, startedAt: Timestamp) -> Observation {
        let flag = isFlagged && status?.value ?? .active < .flagged ? Claim(Status.flagged) : nil
        let claim = severity.flatMap { $0 == reputation?.value ? nil : Claim($0) }
        let dated = claim.map { date(of: $0.value, startedAt) } ?? startedAt
        return Observation(
            line: line,
            source: .audit,
            changedAt: flag == nil ? dated : startedAt,
            status: flag,
            // Both are of one moment: an improvement, which is dated further back, waits for the next list.
            reputation: flag == nil || dated == startedAt ? claim : nil
        )
    }

    private func date(of value: Reputation, _ askedAt: Timestamp) -> Timestamp {
        value > reputation?.value ?? .healthy ? askedAt : askedAt - Self.listingDelay
    }
}
