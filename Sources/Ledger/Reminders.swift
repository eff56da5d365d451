import Chrono
import Lines
import SQLite

extension Recorder {
    /// Tells hooks of open incidents about which nothing has changed: reminders, and openings that were muted.
    func tend(
        _ policy: DecisionPolicy,
        _ plan: Planner,
        at now: Timestamp,
        _ report: inout CommitReport
    ) throws(SQLiteError) {
        for concern in try outbox.concerns(at: now, try silences.inForce(at: now)) {
            guard let record = try lines.line(concern.line, policy), record.incident == concern.incident,
                let incident = try rows.incident(concern.incident)
            else { continue }
            let change = LineChange(
                before: record.state,
                after: record.state,
                assessmentBefore: record.assessment,
                assessment: record.assessment,
                at: now,
                decisionSince: record.decisionSince,
                observation: nil,
                event: nil,
                incident: incident,
                step: concern.wasMuted ? .updated : .reminded
            )
            let told = try outbox.told(concern.incident)
            let drafts = plan(change, [:], concern.wasMuted ? told.filter { $0 != concern.hook } : [concern.hook])
                .filter { $0.hook == concern.hook && $0.channel == .page }
            if drafts.isEmpty { try outbox.stopTending(concern) }
            try send(drafts, change, &report)
        }
    }

    /// Writes messages about a change; what a silence mutes is written as muted.
    func send(
        _ drafts: [DeliveryDraft],
        _ change: LineChange,
        _ report: inout CommitReport
    )
        throws(SQLiteError)
    {
        let silences = drafts.contains { $0.channel == .page } ? try self.silences.inForce(at: change.at) : []
        for draft in drafts {
            let silence =
                draft.channel == .page
                ? silences.first { $0.mutes(change.line, draft.severity, at: change.at) } : nil
            if try outbox.write(draft, at: change.at, silence: silence) { report.hooks.insert(draft.hook) }
        }
    }
}
