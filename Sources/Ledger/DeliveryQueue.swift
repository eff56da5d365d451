import Chrono
import Lines
import SQLite

/// Hands out deliveries that are due, and settles them.
final class DeliveryQueue {
    private let due: Statement
    private let nextDue: Statement
    private let limitWaits: Statement
    private let limitHookWaits: Statement
    private let claim: Statement
    private let lead: Statement
    private let follow: Statement
    private let deliver: Statement
    private let postpone: Statement
    private let postponeFollowers: Statement
    private let bury: Statement
    private let carried: Statement
    private let dissolve: Statement
    private let takeBack: Statement
    private let withdraw: Statement
    private let unrouted: Statement
    private let setRouted: Statement
    private let present: Statement
    private let identifiers: IdentifierSource
    let connection: Connection

    init(_ connection: Connection, _ identifiers: IdentifierSource) throws(SQLiteError) {
        self.identifiers = identifiers
        self.connection = connection
        due = try connection.prepare(
            """
            SELECT \(DueDelivery.columns) FROM delivery AS this
            WHERE hook = ?1 AND channel = ?2 AND state = 'pending' AND leader IS NULL AND not_before <= ?3
            AND NOT EXISTS (
                SELECT 1 FROM delivery AS earlier WHERE earlier.hook = ?1 AND earlier.state = 'pending'
                AND earlier.ordering_key = this.ordering_key AND earlier.seq < this.seq)
            ORDER BY not_before, seq LIMIT ?4
            """
        )
        nextDue = try connection.prepare(
            """
            SELECT min(not_before) FROM delivery
            WHERE hook = ? AND channel = ? AND state = 'pending' AND leader IS NULL AND not_before > ?
            """
        )
        limitWaits = try connection.prepare(
            "UPDATE delivery SET not_before = ?1 WHERE state = 'pending' AND not_before > ?1"
        )
        limitHookWaits = try connection.prepare("UPDATE hook SET not_before = ?1 WHERE not_before > ?1")
        claim = try connection.prepare(
            "UPDATE delivery SET sent = 1 WHERE seq = ? AND state = 'pending' AND leader IS NULL"
        )
        lead = try connection.prepare("UPDATE delivery SET bundle = ?2, bundle_id = ?3 WHERE seq = ?1")
        follow = try connection.prepare("UPDATE delivery SET leader = ?2 WHERE seq = ?1")
        let all = "WHERE (seq = ?1 OR leader = ?1) AND state = 'pending'"
        deliver = try connection.prepare(
            "UPDATE delivery SET state = 'delivered', settled_at = ?2, attempts = attempts + 1 \(all)"
        )
        postpone = try connection.prepare(
            "UPDATE delivery SET not_before = ?2, attempts = attempts + 1, last_error = ?3 \(all)"
        )
        // What waits behind another is not to be looked at each time somebody asks what is due.
        postponeFollowers = try connection.prepare(
            """
            UPDATE delivery SET not_before = ?2
            FROM (SELECT hook AS of, ordering_key AS key, seq AS head FROM delivery \(all))
            WHERE hook = of AND ordering_key = key AND seq > head AND state = 'pending' AND not_before < ?2
            """
        )
        bury = try connection.prepare(
            "UPDATE delivery SET state = 'dead', settled_at = ?2, attempts = attempts + 1, last_error = ?3 \(all)"
        )
        carried = try connection.prepare("SELECT seq FROM delivery WHERE seq = ?1 OR leader = ?1 ORDER BY seq")
        dissolve = try connection.prepare(
            """
            UPDATE delivery SET sent = 0, leader = NULL, bundle = NULL, bundle_id = NULL
            WHERE (seq = ?1 OR leader = ?1) AND state <> 'delivered'
            """
        )
        takeBack = try connection.prepare(
            """
            UPDATE delivery SET state = 'superseded', settled_at = ?2
            WHERE seq = ?1 AND state = 'pending' AND channel = 'page' AND type <> 'incident.resolved'
            AND EXISTS (SELECT 1 FROM incident WHERE id = delivery.incident AND closed_at IS NOT NULL)
            """
        )
        withdraw = try connection.prepare(
            """
            UPDATE delivery SET state = 'superseded', settled_at = ?2
            WHERE state = 'pending' AND type = 'incident.resolved'
            AND (incident, hook) = (SELECT incident, hook FROM delivery WHERE seq = ?1 AND channel = 'page')
            AND NOT EXISTS (SELECT 1 FROM delivery AS told WHERE told.incident = delivery.incident
                AND told.hook = delivery.hook AND told.type <> 'incident.resolved' AND \(PageBook.isTold("told")))
            """
        )
        unrouted = try connection.prepare(
            """
            SELECT \(DueDelivery.columns) FROM delivery
            WHERE hook = ?1 AND \(Self.isUnrouted) ORDER BY seq LIMIT ?2
            """
        )
        let isWanted = "channel = 'page' AND state IN ('pending', 'delivered')"
        present = try connection.prepare(
            "SELECT 1 FROM delivery WHERE incident = ? AND hook = ? AND \(isWanted) LIMIT 1"
        )
        setRouted = try connection.prepare(
            "UPDATE delivery SET rerouted = 1 WHERE seq = ? AND rerouted = 0 AND message IS NOT NULL"
        )
    }

    /// The condition, in SQL, that a fallback is to be told what a hook was not: not of what is over meanwhile.
    private static let isUnrouted = """
        state = 'pending' AND channel <> 'control' AND rerouted = 0 AND message IS NOT NULL
        AND (incident IS NULL OR type = 'incident.resolved'
            OR EXISTS (SELECT 1 FROM incident WHERE id = delivery.incident AND closed_at IS NULL))
        """

    /// Brings waits that end after `latest` forward to it: the clock was set back while the daemon was down.
    func limitWaits(to latest: Timestamp) throws(SQLiteError) {
        try limitWaits.run(.integer(latest.microseconds))
        try limitHookWaits.run(.integer(latest.microseconds))
    }

    func due(
        _ hook: String,
        _ channel: DeliveryDraft.Channel,
        at now: Timestamp,
        limit: Int
    ) throws(SQLiteError)
        -> [DueDelivery]
    {
        try due.rows(.text(hook), .text(channel.rawValue), .integer(now.microseconds), Value(limit)) { DueDelivery($0) }
    }

    /// When the next delivery of a hook that is not due yet will be.
    func nextDue(
        _ hook: String,
        _ channel: DeliveryDraft.Channel,
        after now: Timestamp
    ) throws(SQLiteError)
        -> Timestamp?
    {
        let time = try nextDue.first(.text(hook), .text(channel.rawValue), .integer(now.microseconds)) { $0.integer(0) }
        return (time ?? nil).map { Timestamp(microseconds: $0) }
    }

    /// Marks pages as being sent, before they are; gives those that are still wanted.
    ///
    /// `bundle`: makes one message of several; nil: each goes by itself.
    func claim(_ pages: [DueDelivery], _ bundle: Bundler?, at now: Timestamp) throws(SQLiteError) -> [DueDelivery] {
        var wanted: [DueDelivery] = []
        for page in pages where try claim.run(.integer(page.seq)) > 0 { wanted.append(page) }
        guard let bundle, let first = wanted.first, wanted.count > 1, let payload = bundle(wanted) else {
            return wanted
        }
        let id = identifiers.next("grp", at: now)
        try lead.run(.integer(first.seq), .blob(payload), .text(id))
        for page in wanted.dropFirst() { try follow.run(.integer(page.seq), .integer(first.seq)) }
        return [first.carrying(payload, id: id)]
    }

    func opening(before delivery: DueDelivery) throws(SQLiteError) -> [UInt8]? {
        guard let incident = delivery.incident else { return nil }
        return try connection.rows(
            """
            SELECT payload FROM delivery AS first WHERE incident = ?1 AND seq < ?2
            AND hook = (SELECT hook FROM delivery WHERE seq = ?2) AND \(PageBook.isTold("first"))
            ORDER BY seq LIMIT 1
            """,
            .text(incident),
            .integer(delivery.seq)
        ) { $0.blob(0) }.first
    }

    func settle(_ seq: Int64, _ settlement: Settlement, at now: Timestamp) throws(SQLiteError) {
        switch settlement {
        case .delivered: try deliver.run(.integer(seq), .integer(now.microseconds))
        case .retry(let notBefore, let error, let mayHaveArrived):
            try postpone.run(.integer(seq), .integer(notBefore.microseconds), .text(error))
            try postponeFollowers.run(.integer(seq), .integer(notBefore.microseconds))
            if !mayHaveArrived { try takeBack(seq, at: now) }
        case .dead(let error, let mayHaveArrived):
            try bury.run(.integer(seq), .integer(now.microseconds), .text(error))
            if !mayHaveArrived { try takeBack(seq, at: now) }
        }
    }

    /// What certainly did not arrive was never told, a page by itself or a group.
    ///
    /// Whatever it said of incidents that are over meanwhile is no news any more, and neither is their end.
    private func takeBack(_ seq: Int64, at now: Timestamp) throws(SQLiteError) {
        let members = try carried.rows(.integer(seq)) { $0.integer(0) ?? 0 }
        try dissolve.run(.integer(seq))
        for member in members {
            try takeBack.run(.integer(member), .integer(now.microseconds))
            try withdraw.run(.integer(member), .integer(now.microseconds))
        }
    }

    /// Pages and alerts of a hook that its fallback has not been told.
    func unrouted(_ hook: String, limit: Int) throws(SQLiteError) -> [DueDelivery] {
        try unrouted.rows(.text(hook), Value(limit)) { DueDelivery($0) }
    }

    /// A delivery and those that it carries, as far as the fallback has not been told.
    func unrouted(carriedBy seq: Int64) throws(SQLiteError) -> [DueDelivery] {
        try connection.rows(
            """
            SELECT \(DueDelivery.columns) FROM delivery
            WHERE (seq = ?1 OR leader = ?1) AND \(Self.isUnrouted) ORDER BY seq
            """,
            .integer(seq)
        ) { DueDelivery($0) }
    }

    /// Whether a hook has a page about the incident of this one, which is no mere reminder.
    func hasPage(_ draft: DeliveryDraft) throws(SQLiteError) -> Bool {
        guard let incident = draft.incident, draft.type != "incident.reminder" else { return false }
        return try present.first(.text(incident), .text(draft.hook)) { _ in true } ?? false
    }

    /// Keeps that a delivery's fallback is told; false when it was told before.
    func setRouted(_ seq: Int64) throws(SQLiteError) -> Bool { try setRouted.run(.integer(seq)) > 0 }
}
