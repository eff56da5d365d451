import Chrono
import Lines
import SQLite

// What changes a line without evidence: operators' orders, and other rules.
extension Recorder {
    /// Does what an operator wants of a line, and keeps who wanted it and why.
    func operate(
        _ order: OperatorOrder,
        _ policy: DecisionPolicy,
        _ plan: Planner,
        at now: Timestamp,
        _ report: inout CommitReport
    ) throws(SQLiteError) -> LineRecord {
        let known = try lines.line(order.line, policy)
        let before = known?.state ?? LineState(order.line)
        var after = before
        after.obey(order.action, reason: order.signature.reason, at: now)
        let id = identifiers.next("opr", at: now)
        let change = try assess(
            before: before,
            after: after,
            known: known,
            policy,
            at: now,
            observation: nil,
            event: EventReference(id: id, traceID: nil)
        )
        let row = EventRow(
            id: id,
            source: .operator,
            type: order.action.type,
            state: .applied,
            receivedAt: now,
            line: order.line,
            previous: known?.lastEvent,
            changedAt: now,
            change: change,
            detail: "\(order.signature.author): \(order.signature.reason)"
        )
        return try apply(change, to: known, lastEvent: try insert(row), plan, &report)
    }

    /// Assesses a line again under present rules, and tells hooks what they do not know yet.
    func replan(
        _ record: LineRecord,
        _ policy: DecisionPolicy,
        _ plan: Planner,
        at now: Timestamp,
        _ report: inout CommitReport
    ) throws(SQLiteError) {
        let change = try assess(
            before: record.state,
            after: record.state,
            known: record,
            policy,
            at: now,
            observation: nil,
            event: nil
        )
        try apply(change, to: record, lastEvent: record.lastEvent, plan, &report)
    }
}
