package import Chrono
package import Lines
import SQLite

/// What an audit says of a line.
package struct Audited: Sendable {
    package let isFlagged: Bool
    /// The line's reputation as Linq sees it; nil: it does not say.
    package let severity: Reputation?
    /// When the audit was asked for.
    package let startedAt: Timestamp
    /// What people are told.
    package let finding: AuditFinding

    package init(isFlagged: Bool, severity: Reputation?, startedAt: Timestamp, finding: AuditFinding) {
        self.isFlagged = isFlagged
        self.severity = severity
        self.startedAt = startedAt
        self.finding = finding
    }
}

/// How an inspection ended.
package enum InspectionOutcome: Sendable {
    /// `report`: what Linq wrote, as JSON.
    case complete(Audited, report: String)
    case failed(reason: String, traceID: String?)
}

// What the inspector asks of the ledger.
extension Ledger {
    /// Wants a line inspected, unless that is wanted already for the same reason; gives the inspection's id.
    package nonisolated func wantInspection(
        of line: PhoneNumber,
        _ cause: Inspection.Cause
    ) async throws(LedgerError)
        -> String?
    {
        try await write { context, _ throws(SQLiteError) in
            try context.tools.inspections.want(line, cause, incident: nil, at: context.now)
        }
    }

    /// Wants every line inspected whose incident opened lately for its status or reputation, once for each incident.
    package nonisolated func wantInspections(ofIncidentsSince time: Timestamp) async throws(LedgerError) {
        try await write { context, _ throws(SQLiteError) in
            for incident in try context.tools.inspections.uninspected(since: time) {
                let record = try context.tools.recorder.lines.line(incident.line, context.policy)
                let kinds = record?.assessment.causes.map(\.kind) ?? []
                guard kinds.contains(.status) || kinds.contains(.reputation) else { continue }
                _ = try context.tools.inspections.want(
                    incident.line,
                    .incident,
                    incident: incident.id,
                    at: context.now
                )
            }
        }
    }

    /// Inspections that have not ended, the oldest first.
    package func pendingInspections() throws -> [Inspection] {
        try connection.rows(
            "SELECT \(Inspection.columns) FROM inspection WHERE state = 'pending' ORDER BY created_at, id"
        ) { Inspection($0) }.compactMap { $0 }
    }

    /// Keeps that Linq has begun.
    package nonisolated func start(
        _ inspection: Inspection,
        auditID: String,
        traceID: String?
    ) async throws(LedgerError) {
        try await write { context, _ throws(SQLiteError) in
            try context.tools.inspections.start(inspection.id, auditID: auditID, traceID, at: context.now)
        }
    }

    /// Puts an inspection off.
    package nonisolated func postpone(
        _ inspection: Inspection,
        until time: Timestamp,
        _ reason: String,
        traceID: String?
    ) async throws(LedgerError) {
        try await write { context, _ throws(SQLiteError) in
            try context.tools.inspections.postpone(inspection.id, until: time, reason, traceID)
        }
    }

    /// Ends an inspection: its report, the evidence in it and what people are told, in one transaction.
    package nonisolated func conclude(
        _ inspection: Inspection,
        _ outcome: InspectionOutcome
    ) async throws(LedgerError) {
        try await write { context, report throws(SQLiteError) in
            let store = context.tools.inspections
            switch outcome {
            case .failed(let reason, let trace):
                _ = try store.settle(inspection.id, .failed, report: nil, reason, trace, at: context.now)
            case .complete(let audited, let body):
                let trace = audited.finding.traceID
                guard try store.settle(inspection.id, .complete, report: body, nil, trace, at: context.now)
                else { return }
                let recorder = context.tools.recorder
                let state = try recorder.lines.line(inspection.line, context.policy)?.state
                let evidence = Evidence(
                    type: "reputation_audit.complete",
                    observation: (state ?? LineState(inspection.line)).news(
                        isFlagged: audited.isFlagged,
                        audited: audited.severity,
                        startedAt: audited.startedAt
                    ),
                    traceID: trace,
                    detail: "audit \(audited.finding.id)"
                        + (audited.finding.primaryDriver.map { ": \($0.key)" } ?? ": nothing to act on"),
                    body: Array(body.utf8),
                    finding: inspection.cause == .incident ? audited.finding : nil
                )
                try recorder.learn(evidence, context.policy, context.plan, at: context.now, &report)
            }
        }
    }
}

extension LedgerReader {
    /// Inspections of a line, newest first.
    package func inspections(_ line: PhoneNumber, limit: Int) throws -> [Inspection] {
        try connection.rows(
            "SELECT \(Inspection.columns) FROM inspection WHERE line = ? ORDER BY created_at DESC, id DESC LIMIT ?",
            .text(line.description),
            Value(limit)
        ) { Inspection($0) }.compactMap { $0 }
    }
}
