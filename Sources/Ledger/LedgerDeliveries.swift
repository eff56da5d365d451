package import Chrono
import Posix
import SQLite

// What lanes ask of the ledger.
extension Ledger {
    /// Deliveries of a hook that may be sent now: of each ordering key the oldest only, oldest first.
    package func due(
        _ hook: String,
        _ channel: DeliveryDraft.Channel,
        at now: Timestamp,
        limit: Int
    ) throws
        -> [DueDelivery]
    {
        try tools.queue.due(hook, channel, at: now, limit: limit)
    }

    /// When the next delivery of a hook becomes due after `now`.
    package func nextDue(_ hook: String, after now: Timestamp) throws -> Timestamp? {
        var next: Timestamp?
        for channel in DeliveryDraft.Channel.allCases {
            guard let time = try tools.queue.nextDue(hook, channel, after: now) else { continue }
            next = min(next ?? time, time)
        }
        return next
    }

    /// Brings waits that end after `latest` forward to it: the clock was set back while the daemon was down.
    package func limitWaits(to latest: Timestamp) throws { try tools.queue.limitWaits(to: latest) }

    /// What was last known of a hook.
    package func hookState(_ hook: String) throws -> HookState? { try tools.journal.hook(hook) }

    /// Marks pages as being sent, before they are: from then on they may have arrived.
    ///
    /// `bundle`: makes one message of several; nil: each goes by itself.
    ///
    /// - Returns: Those that are still wanted; one that carries all of them when they were bundled.
    package nonisolated func claim(
        _ pages: [DueDelivery],
        _ bundle: Bundler?
    ) async throws(LedgerError)
        -> [DueDelivery]
    {
        try await write { context, _ throws(SQLiteError) in
            try context.tools.queue.claim(pages, bundle, at: context.now)
        }
    }

    /// What the first page that went out about an incident through the same hook said; nil when this is the first.
    package func opening(before delivery: DueDelivery) throws -> [UInt8]? {
        try tools.queue.opening(before: delivery)
    }

    /// Writes down how an attempt ended; gives the error if that could not be written.
    ///
    /// `attempt`: what was answered.
    ///
    /// `hook`: what the attempt taught about its hook, if it is news.
    package nonisolated func settle(
        _ delivery: DueDelivery,
        _ settlement: Settlement,
        _ attempt: AttemptRecord? = nil,
        hook: (name: String, state: HookState)? = nil
    ) async -> LedgerError? {
        do throws(LedgerError) {
            try await write { context, _ throws(SQLiteError) in
                try context.tools.queue.settle(delivery.seq, settlement, at: context.now)
                if let attempt {
                    try context.tools.journal.write(attempt, of: delivery.seq, isFirst: delivery.attempts == 0)
                }
                if let hook { try context.tools.journal.save(hook.state, of: hook.name) }
            }
            return nil
        } catch {
            return error
        }
    }

    /// Pages and alerts of a hook that its fallback has not been told.
    package func unrouted(_ hook: String, limit: Int) throws -> [DueDelivery] {
        try tools.queue.unrouted(hook, limit: limit)
    }

    /// A delivery and those that it carries, as far as the fallback has not been told.
    package func unrouted(carriedBy delivery: DueDelivery) throws -> [DueDelivery] {
        try tools.queue.unrouted(carriedBy: delivery.seq)
    }

    /// Has another hook told what this one could not be told; once for each delivery.
    package nonisolated func reroute(_ copies: [(original: Int64, draft: DeliveryDraft)]) async throws(LedgerError) {
        try await write { context, report throws(SQLiteError) in
            for copy in copies where try context.tools.queue.setRouted(copy.original) {
                // Its own route told it already, and will tell it the rest.
                if try context.tools.queue.hasPage(copy.draft) { continue }
                try context.tools.outbox.write(copy.draft, at: context.now)
                report.hooks.insert(copy.draft.hook)
            }
        }
    }

    /// Writes messages that no change of a line calls for.
    ///
    /// Not waited for.
    package nonisolated func enqueue(_ drafts: [DeliveryDraft]) {
        post { context, report throws(SQLiteError) in
            for draft in drafts {
                try context.tools.outbox.write(draft, at: context.now)
                report.hooks.insert(draft.hook)
            }
        }
    }

    /// Tells hooks of open incidents about which nothing has changed: reminders that are due, and openings that were
    /// muted by a silence that is over.
    package nonisolated func tend() async throws(LedgerError) {
        try await write { context, report throws(SQLiteError) in
            try context.tools.recorder.tend(context.policy, context.plan, at: context.now, &report)
        }
    }

    /// Whether `tend` would find something to do.
    package func needsTending() throws -> Bool {
        let now = clock.now()
        return try !tools.outbox.concerns(at: now, try tools.silences.inForce(at: now)).isEmpty
    }
}
