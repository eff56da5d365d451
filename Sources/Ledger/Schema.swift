import SQLite

// The legal states, and the one transaction that leaves each. The schema's constraints hold what they can.
//
// EVENT   Evidence that was taken in; a row never changes its state but by replay.
//   applied      It was merged into its line.                       Left by: nothing (pruned by retention).
//   stale        Newer evidence was known already.                  Left by: nothing (pruned by retention).
//   quarantined  Genuine, but its body could not be understood.     Left by: `replay`, after an upgrade -> applied | stale.
//   The same delivery again finds its row and does nothing. The newest events are known by their ids (`RecentEvents`),
//   older ones by id and `created_at` (IDENTITY). Every row is written by `record` in the transaction that also writes its
//   line, incident and deliveries, and only then is it acknowledged.
//
// IDENTITY By what an event of a webhook is known again; written by `settle`, after the event and before it is forgotten in
//          memory. Points to where the event may be.                 Left by: nothing (pruned with its event).
//
// LINE    What is known of a number; written by `record`, `operate` and `replan` only.
//   decision allowed <-> slowed <-> paused. A line that is not allowed has the id of its open incident; a line that is
//   allowed has none. An operator's hold keeps it paused until `hold_until`; an operator's release keeps it allowed
//   until evidence changes an axis; a flapping line is kept paused until `flap_until`, which every change moves on.
//   A line that was released from the account is allowed, until it is heard of again.
//   row as of `last_event`  All that is known of it.
//   row behind              Newer events only confirmed what the row says: they moved dates. Who reads adds them to the
//                           row (`LineTail`), a start does too.   Left by: `settle`; `record` of an event that changes more.
//
// INCIDENT
//   open (closed_at NULL)  One per line at the most (unique index).  Left by: the change that allows its line again.
//   closed                                                           Left by: nothing (pruned by retention).
//
// DELIVERY One message for one hook.
//   pending     Written in the transaction of the change that calls for it, payload included.
//               Left by: `settle` after an attempt -> delivered | pending (attempts + 1, not_before later) | dead;
//                        `record`, when a newer control message for the same hook and line is written -> superseded;
//                        `record`, when its incident takes another step and the page has certainly not been sent
//                        (sent = 0) -> superseded: there is something newer to say, or nothing any more.
//     sent = 0  A page that nobody has.                    Left by: `claim`, before the attempt -> sent = 1.
//     sent = 1  A page that may have arrived.              Left by: `settle`, when certainly no attempt did -> sent = 0.
//     not_before  When it may be tried; what waits behind another with its hook and ordering key waits as long as that.
//     leader    Carried by another delivery of its hook (`claim` made them one message); settled with it. When the
//               message certainly did not arrive, `settle` dissolves the group; else it stays what it is, with its id.
//   superseded  also: written as such when a silence mutes it (`silence` names it).      Left by: nothing.
//   delivered                                                                            Left by: nothing.
//   dead        Given up, or refused for good.                       Left by: `replay` of an operator -> pending.
//   Control messages have no state "in flight": a crash between attempt and settlement finds them pending and sends them
//   again, with the same id. At least once, never less.
//
// COMMAND  What a control hook was last told about a line, by a delivery that was at least written. No row: resume.
// PAGED    Which hooks are to be told of an incident, and when they will be reminded.
//   muted_by NULL <-> a silence's id: the opening was muted; told by `tend` once no silence mutes it.
// HOOK     What is known of a receiver: that it asked us to wait, that it is broken.   Left by: `settle`.
// SILENCE  in force until `ends_at`, or until an operator removes it.                  Left by: nothing (pruned).
// INSPECTION An audit of a line's reputation that Linq is asked for.
//   pending     audit_id NULL: to be started, not before `not_before`; else it runs.  Left by: `conclude` -> complete, with
//               the evidence and the messages that follow from it | failed.
//   complete, failed                                                  Left by: nothing (pruned).
// ATTEMPT  What was answered; AUDIT what operators did. Written once.
// FACT     Small things worth remembering, such as which secrets have verified a delivery.
//   `lines settled`  The event up to which no row of a line and no identity is behind.
//                                                                        Left by: `settle`, at the end of a round.
//   `hook NAME KEY`  What a hook remembers: written before it acts on it.   Left by: `keep`, when the hook forgets it.

/// The schema, and how a database gets to it.
enum Schema {
    /// The version of a database; 0 for one without tables.
    static func version(_ connection: Connection) throws(SQLiteError) -> Int {
        try connection.rows("PRAGMA user_version") { Int($0.integer(0) ?? 0) }.first ?? 0
    }

    /// The version of a database that this linewarden can bring forward.
    ///
    /// - Throws: `LedgerError.newer` for a database that a newer linewarden wrote: it is not touched.
    static func knownVersion(_ connection: Connection, path: String) throws -> Int {
        let version = try version(connection)
        if version > migrations.count { throw LedgerError.newer(path: path, version: version, known: migrations.count) }
        return version
    }

    /// Brings a database to the newest version, each step in a transaction of its own.
    ///
    /// - Throws: `LedgerError.newer`.
    static func migrate(_ connection: Connection, path: String) throws {
        let version = try knownVersion(connection, path: path)
        for (index, step) in migrations.enumerated().dropFirst(version) {
            try connection.execute("BEGIN IMMEDIATE")
            do {
                try connection.execute(step)
                try connection.execute("PRAGMA user_version = \(index + 1); COMMIT")
            } catch {
                try? connection.execute("ROLLBACK")
                throw error
            }
        }
    }
}
