package import Chrono
package import Lines
import Posix
import SQLite

/// Who does something by hand, and why.
package struct Signature: Sendable, Hashable {
    package let author: String
    package let reason: String

    package init(author: String, reason: String) {
        self.author = author
        self.reason = reason
    }
}

// What operators do; everything they do is in the audit trail, in the same transaction.
extension Ledger {
    /// Does what an operator wants of a line; gives the line as it is then.
    package nonisolated func operate(_ order: OperatorOrder) async throws(LedgerError) -> LineRecord {
        try await write { context, report throws(SQLiteError) in
            let subject = order.line.description
            try context.tools.audit.write(order.action.type, subject, order.signature, at: context.now)
            return try context.tools.recorder.operate(order, context.policy, context.plan, at: context.now, &report)
        }
    }

    /// Keeps what an operator did that changes nothing in the ledger itself.
    ///
    /// Not waited for.
    package nonisolated func note(_ action: String, _ subject: String, _ signature: Signature) {
        post { context, _ throws(SQLiteError) in
            try context.tools.audit.write(action, subject, signature, at: context.now)
        }
    }

    /// Keeps what somebody did at Linq, with the messages that tell of it; nothing when it is kept already.
    ///
    /// `done`: called after the commit, or with why there was none.
    package nonisolated func note(
        _ action: String,
        _ subject: String,
        _ signature: Signature,
        telling drafts: [DeliveryDraft],
        done: @escaping @Sendable (LedgerError?) -> Void
    ) {
        let work: LedgerWork.Body = { context, report throws(SQLiteError) in
            let trail = context.tools.audit
            if try !trail.has(action, subject, signature) {
                try trail.write(action, subject, signature, at: context.now)
                for draft in drafts {
                    try context.tools.outbox.write(draft, at: context.now)
                    report.hooks.insert(draft.hook)
                }
            }
            return { done(nil) }
        }
        submit(.task(work, refuse: { done($0) }))
    }

    /// Mutes pages from now on.
    package nonisolated func silence(
        _ lines: LinePattern,
        _ severities: Set<Severity>,
        lasting span: Span,
        _ signature: Signature
    ) async throws(LedgerError) -> Silence {
        try await write { context, _ throws(SQLiteError) in
            let silence = Silence(
                id: context.tools.identifiers.next("sil", at: context.now),
                lines: lines,
                severities: severities,
                author: signature.author,
                reason: signature.reason,
                createdAt: context.now,
                endsAt: context.now + span
            )
            try context.tools.silences.add(silence)
            let inFull = Signature(
                author: signature.author,
                reason: "\(lines) until \(silence.endsAt.rfc3339): \(signature.reason)"
            )
            try context.tools.audit.write("silence.add", silence.id, inFull, at: context.now)
            return silence
        }
    }

    /// Ends a silence; false when there is none in force with this id.
    ///
    /// What it muted and is still open is told in the same transaction.
    package nonisolated func removeSilence(_ id: String, _ signature: Signature) async throws(LedgerError) -> Bool {
        try await write { context, report throws(SQLiteError) in
            guard try context.tools.silences.remove(id, at: context.now) else { return false }
            try context.tools.audit.write("silence.remove", id, signature, at: context.now)
            try context.tools.recorder.tend(context.policy, context.plan, at: context.now, &report)
            return true
        }
    }

    /// Has a dead delivery sent again.
    package nonisolated func replay(
        delivery id: String,
        _ signature: Signature
    ) async throws(LedgerError)
        -> DeliveryReplay
    {
        try await write { context, report throws(SQLiteError) in
            let outcome = try context.tools.queue.revive(id, at: context.now)
            if case .revived(let hook) = outcome {
                report.hooks.insert(hook)
                try context.tools.audit.write("delivery.replay", id, signature, at: context.now)
            }
            return outcome
        }
    }

    /// Lines whose hold, or whose flapping, has come to its end.
    package func endedHolds(at now: Timestamp) throws -> [(line: PhoneNumber, action: OperatorAction)] {
        func lines(_ column: String) throws(SQLiteError) -> [PhoneNumber] {
            try connection.rows("SELECT number FROM line WHERE \(column) <= ?", .integer(now.microseconds)) {
                $0.text(0).flatMap { PhoneNumber($0) }
            }.compactMap { $0 }
        }
        return try lines("hold_until").map { ($0, .holdEnded) } + lines("flap_until").map { ($0, .flappingEnded) }
    }
}

/// What became of the wish to send a delivery again.
package enum DeliveryReplay: Sendable, Hashable {
    /// It is pending again.
    case revived(hook: String)
    case unknown
    /// It is in this state, and only dead ones are sent again.
    case notDead(String)
    /// Its hook has been told something newer, or its incident is over: sent now, it would be wrong.
    case outdated
}

extension DeliveryQueue {
    /// Makes a dead delivery pending, unless what it says is no longer so.
    func revive(_ id: String, at now: Timestamp) throws(SQLiteError) -> DeliveryReplay {
        let found = try connection.rows(
            """
            SELECT seq, hook, state, (channel = 'control' AND EXISTS (
                    SELECT 1 FROM delivery AS newer WHERE newer.line = this.line AND newer.hook = this.hook
                    AND newer.ordering_key = this.ordering_key AND newer.seq > this.seq))
                OR (channel = 'page' AND type <> 'incident.resolved' AND EXISTS (
                    SELECT 1 FROM incident WHERE id = this.incident AND closed_at IS NOT NULL))
            FROM delivery AS this WHERE id = ?
            """,
            .text(id)
        ) { ($0.integer(0) ?? 0, $0.text(1) ?? "", $0.text(2) ?? "", $0.integer(3) == 1) }.first
        guard let (seq, hook, state, isOutdated) = found else { return .unknown }
        guard state == "dead" else { return .notDead(state) }
        if isOutdated { return .outdated }
        try connection.prepare(
            """
            UPDATE delivery SET state = 'pending', settled_at = NULL, not_before = 0, attempts = 0, leader = NULL,
                bundle = NULL, bundle_id = NULL, sent = 0, revived_at = ?2 WHERE seq = ?1
            """
        ).run(.integer(seq), .integer(now.microseconds))
        return .revived(hook: hook)
    }
}
