import Chrono
package import Lines
import SQLite

/// Something that was learnt by asking Linq, not told by a webhook.
package struct Evidence: Sendable {
    /// What it was learnt by, such as `reconcile.listed`.
    package let type: String
    package let observation: Observation
    /// What Linq's support finds the answer by.
    package let traceID: String?
    /// In words, for people who ask why.
    package let detail: String?
    /// The answer, as far as it is about this line.
    package let body: [UInt8]
    /// What people are told of, if the line has an open incident.
    package let finding: AuditFinding?

    package init(
        type: String,
        observation: Observation,
        traceID: String?,
        detail: String? = nil,
        body: [UInt8] = [],
        finding: AuditFinding? = nil
    ) {
        self.type = type
        self.observation = observation
        self.traceID = traceID
        self.detail = detail
        self.body = body
        self.finding = finding
    }
}

extension Recorder {
    /// Takes in what was learnt by asking; never a duplicate.
    @discardableResult
    func learn(
        _ evidence: Evidence,
        _ policy: DecisionPolicy,
        _ plan: Planner,
        at now: Timestamp,
        _ report: inout CommitReport
    ) throws(SQLiteError) -> RecordedEvent {
        let id = identifiers.next("evd", at: now)
        let reference = EventReference(id: id, traceID: evidence.traceID)
        return try take(evidence.observation, reference, evidence.finding, policy, plan, at: now, &report) {
            outcome,
            change,
            previous in
            EventRow(
                id: id,
                source: evidence.observation.source,
                type: evidence.type,
                state: outcome.isStale ? .stale : .applied,
                receivedAt: now,
                traceID: evidence.traceID,
                line: evidence.observation.line,
                previous: previous,
                changedAt: evidence.observation.changedAt,
                observation: evidence.observation,
                outcome: outcome,
                change: change,
                detail: evidence.detail,
                body: evidence.body
            )
        }
    }
}
