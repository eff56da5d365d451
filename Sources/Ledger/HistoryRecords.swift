package import Chrono
package import Lines
import SQLite

/// One piece of evidence, as it was taken in.
package struct EvidenceRecord: Sendable {
    /// Its place in the order of arrival: what a page of history begins before.
    package let seq: Int64
    package let eventID: String
    package let type: String
    package let source: String
    package let state: String
    package let line: String?
    package let receivedAt: Timestamp
    package let changedAt: Timestamp?
    package let traceID: String?
    package let status: (value: String, previous: String?, outcome: String)?
    package let reputation: (value: String, previous: String?, outcome: String)?
    package let membership: (value: String, previous: String?, outcome: String)?
    package let gaps: [String]
    /// The line's decision after it.
    package let decision: String?
    package let incident: String?
    package let step: String?
    /// Why it was kept aside, or what an operator said.
    package let detail: String?

    /// The columns that `init(_:)` reads.
    static let columns = """
        event.seq, id, type, source, state, line, received_at, changed_at, trace_id, status, previous_status, \
        status_outcome, reputation, previous_reputation, reputation_outcome, gaps, decision, incident, step, detail, membership, NULL, membership_outcome
        """

    init(_ row: Statement) {
        func axis(_ column: Int32) -> (value: String, previous: String?, outcome: String)? {
            row.text(column).map { ($0, row.text(column + 1), row.text(column + 2) ?? "") }
        }
        seq = row.integer(0) ?? 0
        eventID = row.text(1) ?? ""
        type = row.text(2) ?? ""
        source = row.text(3) ?? ""
        state = row.text(4) ?? ""
        line = row.text(5)
        receivedAt = Timestamp(microseconds: row.integer(6) ?? 0)
        changedAt = row.integer(7).map { Timestamp(microseconds: $0) }
        traceID = row.text(8)
        status = axis(9)
        reputation = axis(12)
        membership = axis(20)
        gaps = (row.text(15) ?? "").split(separator: ",").map(String.init)
        decision = row.text(16)
        incident = row.text(17)
        step = row.text(18)
        detail = row.text(19)
    }
}

/// One delivery, without its payload.
package struct DeliveryRecord: Sendable {
    /// Its place in the order of writing.
    package let seq: Int64
    package let id: String
    package let hook: String
    package let type: String
    package let state: String
    package let line: String?
    package let createdAt: Timestamp
    package let settledAt: Timestamp?
    package let attempts: Int
    package let lastError: String?
    package let incident: String?
    package let event: String?
    /// The silence that muted it.
    package let silence: String?
    /// The delivery that carries it, when several were made one message.
    package let carrier: Int64?
    /// Whether the hook's fallback was told.
    package let isRerouted: Bool
    /// What the newest attempt was answered.
    package let answer: String?

    /// The columns that `init(_:)` reads.
    static let columns = """
        seq, id, hook, type, state, line, created_at, settled_at, attempts, last_error, incident, event, silence, \
        leader, rerouted, (SELECT answer FROM attempt WHERE attempt.delivery = coalesce(delivery.leader, delivery.seq) \
        ORDER BY attempt.seq DESC LIMIT 1)
        """

    init(_ row: Statement) {
        seq = row.integer(0) ?? 0
        id = row.text(1) ?? ""
        hook = row.text(2) ?? ""
        type = row.text(3) ?? ""
        state = row.text(4) ?? ""
        line = row.text(5)
        createdAt = Timestamp(microseconds: row.integer(6) ?? 0)
        settledAt = row.integer(7).map { Timestamp(microseconds: $0) }
        attempts = Int(row.integer(8) ?? 0)
        lastError = row.text(9)
        incident = row.text(10)
        event = row.text(11)
        silence = row.text(12)
        carrier = row.integer(13)
        isRerouted = row.integer(14) == 1
        answer = row.text(15)
    }
}

/// Which part of a history to read, newest first.
package struct HistoryQuery: Sendable {
    package var line: PhoneNumber?
    /// For events: applied, stale, quarantined; for deliveries: pending, delivered, dead, superseded; for incidents:
    /// open, closed.
    package var state: String?
    /// For deliveries only.
    package var hook: String?
    /// Only what came before this place: the last of the page before.
    package var before: Int64?
    package var limit: Int

    package init(limit: Int) { self.limit = limit }
}
