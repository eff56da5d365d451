package import Chrono

/// A line whose evidence keeps changing its mind: held paused, and paged once, until it has been quiet for a while.
package struct Flapping: Sendable, Hashable {
    package let since: Timestamp
    /// When it ends unless the decision changes again before.
    package let until: Timestamp

    package init(since: Timestamp, until: Timestamp) {
        self.since = since
        self.until = until
    }
}

extension LineState {
    /// Counts a change of what the evidence decides, and sees whether there were too many lately.
    ///
    /// `before`: the line before the evidence was merged.
    package mutating func watchFlapping(since before: LineState, _ policy: DecisionPolicy, at now: Timestamp) {
        guard policy.flapLimit > 0 else {
            changes = []
            flapping = nil
            return
        }
        // Only values decide, and most evidence repeats them.
        guard before.status?.value != status?.value || before.reputation?.value != reputation?.value else { return }
        guard before.decisionByEvidence(policy) != decisionByEvidence(policy) else { return }
        let earliest = now - policy.flapWindow
        // A change that seems to be from the future was seen by a clock that has been set back since.
        changes = (changes.filter { $0 > earliest && $0 <= now } + [now]).suffix(policy.flapLimit + 1)
        if changes.count > policy.flapLimit || flapping != nil {
            flapping = Flapping(since: flapping?.since ?? now, until: now + policy.flapWindow)
        }
    }

    /// What the axes alone decide, whatever operators say.
    private func decisionByEvidence(_ policy: DecisionPolicy) -> Decision {
        LineState(line, status: status, reputation: reputation).assess(policy).decision
    }
}
