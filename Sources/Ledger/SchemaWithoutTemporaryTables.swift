extension Schema {
    /// The tables that every event or delivery is written to, made anew.
    ///
    /// SQLite tries `IN` with more than two values by means of a table that it makes for each row (an "ephemeral" one):
    /// as chains of `OR` the checks of a row cost a tenth. And the index that knows a retried event again is ordered by
    /// the event's own time, so that it grows at its end: an index by random ids writes another page for each event.
    static let withoutTemporaryTables = """
        CREATE TABLE new_event (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            source TEXT NOT NULL
                CHECK (source = 'webhook' OR source = 'reconcile' OR source = 'audit' OR source = 'operator'),
            type TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state = 'applied' OR state = 'stale' OR state = 'quarantined'),
            received_at INTEGER NOT NULL,
            -- As the event says itself, 0 where it does not: with the id, what a retry is known by.
            created_at INTEGER NOT NULL DEFAULT 0,
            endpoint TEXT,
            trace_id TEXT,
            line TEXT,
            -- The line's event before this one: the chain of evidence, without the cost of an index on every event.
            previous INTEGER,
            changed_at INTEGER,
            status TEXT, previous_status TEXT, status_outcome TEXT,
            reputation TEXT, previous_reputation TEXT, reputation_outcome TEXT,
            gaps TEXT,
            decision TEXT CHECK (decision = 'allowed' OR decision = 'slowed' OR decision = 'paused'),
            incident TEXT,
            step TEXT CHECK (step = 'opened' OR step = 'updated' OR step = 'resolved'),
            detail TEXT,
            body BLOB NOT NULL,
            membership TEXT,
            membership_outcome TEXT,
            CHECK (state = 'quarantined' OR (line IS NOT NULL AND changed_at IS NOT NULL))
        ) STRICT;
        INSERT INTO new_event
        SELECT seq, id, source, type, state, received_at, coalesce(created_at, 0), endpoint, trace_id, line, previous,
            changed_at, status, previous_status, status_outcome, reputation, previous_reputation, reputation_outcome,
            gaps, decision, incident, step, detail, body, membership, membership_outcome
        FROM event;
        -- Until now every line's row told of all its events.
        INSERT INTO fact SELECT 'lines settled', max(seq) FROM event HAVING max(seq) IS NOT NULL;
        DROP TABLE event;
        ALTER TABLE new_event RENAME TO event;
        CREATE INDEX event_quarantined ON event (seq) WHERE state = 'quarantined';
        CREATE INDEX event_stale ON event (seq) WHERE state = 'stale';
        CREATE UNIQUE INDEX event_identity ON event (created_at, id);
        -- What people and messages name by its id.
        CREATE INDEX event_named ON event (id) WHERE step IS NOT NULL OR state = 'quarantined';

        CREATE TABLE new_line (
            number TEXT PRIMARY KEY,
            status TEXT, status_changed_at INTEGER, status_source TEXT,
            reputation TEXT, reputation_changed_at INTEGER, reputation_source TEXT,
            hold_reason TEXT, hold_since INTEGER, hold_until INTEGER,
            decision TEXT NOT NULL CHECK (decision = 'allowed' OR decision = 'slowed' OR decision = 'paused'),
            decision_since INTEGER NOT NULL,
            incident TEXT REFERENCES incident (id),
            -- The newest event about it, where the chain of evidence begins.
            last_event INTEGER,
            release_reason TEXT, release_since INTEGER,
            changes TEXT,
            flap_since INTEGER, flap_until INTEGER,
            membership TEXT CHECK (membership = 'assigned' OR membership = 'released'),
            membership_changed_at INTEGER, membership_source TEXT,
            listed_since INTEGER,
            CHECK ((decision = 'allowed') = (incident IS NULL)),
            CHECK ((status IS NULL) = (status_changed_at IS NULL)),
            CHECK ((reputation IS NULL) = (reputation_changed_at IS NULL)),
            CHECK ((hold_reason IS NULL) = (hold_since IS NULL)),
            CHECK ((release_reason IS NULL) = (release_since IS NULL)),
            CHECK ((flap_until IS NULL) = (flap_since IS NULL)),
            CHECK ((membership IS NULL) = (membership_changed_at IS NULL))
        ) STRICT, WITHOUT ROWID;
        INSERT INTO new_line SELECT * FROM line;
        DROP TABLE line;
        ALTER TABLE new_line RENAME TO line;
        CREATE INDEX line_restricted ON line (number) WHERE decision <> 'allowed';
        CREATE INDEX line_hold_ends ON line (hold_until) WHERE hold_until IS NOT NULL;
        CREATE INDEX line_flapping_ends ON line (flap_until) WHERE flap_until IS NOT NULL;

        CREATE TABLE new_delivery (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            hook TEXT NOT NULL,
            channel TEXT NOT NULL CHECK (channel = 'control' OR channel = 'page' OR channel = 'alert'),
            type TEXT NOT NULL,
            ordering_key TEXT NOT NULL,
            line TEXT,
            incident TEXT,
            event TEXT,
            payload BLOB NOT NULL,
            state TEXT NOT NULL DEFAULT 'pending'
                CHECK (state = 'pending' OR state = 'delivered' OR state = 'dead' OR state = 'superseded'),
            created_at INTEGER NOT NULL,
            -- 0 until an attempt has failed: a new delivery is due whatever the clock says.
            not_before INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            last_error TEXT,
            settled_at INTEGER,
            -- A page or alert in no hook's form, to be grouped with others or told by another hook.
            message BLOB,
            sent INTEGER NOT NULL DEFAULT 0 CHECK (sent IN (0, 1)),
            leader INTEGER CHECK (leader IS NULL OR sent = 1),
            bundle BLOB,
            bundle_id TEXT CHECK ((bundle IS NULL) = (bundle_id IS NULL)),
            silence TEXT CHECK (silence IS NULL OR state = 'superseded'),
            -- Whether the hook's fallback was told.
            rerouted INTEGER NOT NULL DEFAULT 0 CHECK (rerouted IN (0, 1)),
            -- Since when it is tried, if an operator had it sent again.
            revived_at INTEGER,
            CHECK ((state = 'pending') = (settled_at IS NULL))
        ) STRICT;
        INSERT INTO new_delivery SELECT * FROM delivery;
        DROP TABLE delivery;
        ALTER TABLE new_delivery RENAME TO delivery;
        CREATE INDEX delivery_due ON delivery (hook, channel, not_before, seq)
            WHERE state = 'pending' AND leader IS NULL;
        CREATE INDEX delivery_order ON delivery (hook, ordering_key, seq) WHERE state = 'pending';
        CREATE INDEX delivery_by_line ON delivery (line) WHERE line IS NOT NULL;
        CREATE INDEX delivery_unrouted ON delivery (hook, seq)
            WHERE state = 'pending' AND rerouted = 0 AND channel <> 'control';
        CREATE INDEX delivery_led ON delivery (leader) WHERE leader IS NOT NULL;
        CREATE INDEX delivery_by_incident ON delivery (incident) WHERE incident IS NOT NULL;
        CREATE INDEX delivery_settled ON delivery (settled_at) WHERE settled_at IS NOT NULL;
        CREATE INDEX delivery_dead ON delivery (seq) WHERE state = 'dead';

        CREATE TABLE new_attempt (
            seq INTEGER PRIMARY KEY,
            delivery INTEGER NOT NULL,
            at INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            outcome TEXT NOT NULL
                CHECK (outcome = 'delivered' OR outcome = 'retry' OR outcome = 'failed' OR outcome = 'broken'),
            answer TEXT NOT NULL,
            detail TEXT
        ) STRICT;
        INSERT INTO new_attempt SELECT * FROM attempt;
        DROP TABLE attempt;
        ALTER TABLE new_attempt RENAME TO attempt;
        CREATE INDEX attempt_by_delivery ON attempt (delivery, seq);
        """
}
