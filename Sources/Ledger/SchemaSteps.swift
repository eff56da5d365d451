/// The steps that led to the schema.
///
/// A step that was released is never edited: add one.
extension Schema {
    static let migrations: [String] = [
        """
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            source TEXT NOT NULL CHECK (source IN ('webhook', 'reconcile', 'audit', 'operator')),
            type TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('applied', 'stale', 'quarantined')),
            received_at INTEGER NOT NULL,
            created_at INTEGER,
            endpoint TEXT,
            trace_id TEXT,
            line TEXT,
            -- The line's event before this one: the chain of evidence, without the cost of an index on every event.
            previous INTEGER,
            changed_at INTEGER,
            status TEXT, previous_status TEXT, status_outcome TEXT,
            reputation TEXT, previous_reputation TEXT, reputation_outcome TEXT,
            gaps TEXT,
            decision TEXT CHECK (decision IN ('allowed', 'slowed', 'paused')),
            incident TEXT,
            step TEXT CHECK (step IN ('opened', 'updated', 'resolved')),
            detail TEXT,
            body BLOB NOT NULL,
            CHECK (state = 'quarantined' OR (line IS NOT NULL AND changed_at IS NOT NULL))
        ) STRICT;
        CREATE INDEX event_quarantined ON event (seq) WHERE state = 'quarantined';

        CREATE TABLE incident (
            id TEXT PRIMARY KEY,
            line TEXT NOT NULL,
            opened_at INTEGER NOT NULL,
            closed_at INTEGER,
            severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error', 'critical')),
            reasons TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX incident_open ON incident (line) WHERE closed_at IS NULL;
        CREATE INDEX incident_by_line ON incident (line, opened_at);

        CREATE TABLE line (
            number TEXT PRIMARY KEY,
            status TEXT, status_changed_at INTEGER, status_source TEXT,
            reputation TEXT, reputation_changed_at INTEGER, reputation_source TEXT,
            hold_reason TEXT, hold_since INTEGER, hold_until INTEGER,
            decision TEXT NOT NULL CHECK (decision IN ('allowed', 'slowed', 'paused')),
            decision_since INTEGER NOT NULL,
            incident TEXT REFERENCES incident (id),
            -- The newest event about it, where the chain of evidence begins.
            last_event INTEGER,
            CHECK ((decision = 'allowed') = (incident IS NULL)),
            CHECK ((status IS NULL) = (status_changed_at IS NULL)),
            CHECK ((reputation IS NULL) = (reputation_changed_at IS NULL)),
            CHECK ((hold_reason IS NULL) = (hold_since IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX line_restricted ON line (number) WHERE decision <> 'allowed';

        CREATE TABLE delivery (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            hook TEXT NOT NULL,
            channel TEXT NOT NULL CHECK (channel IN ('control', 'page', 'alert')),
            type TEXT NOT NULL,
            ordering_key TEXT NOT NULL,
            line TEXT,
            incident TEXT,
            event TEXT,
            payload BLOB NOT NULL,
            state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead', 'superseded')),
            created_at INTEGER NOT NULL,
            -- 0 until an attempt has failed: a new delivery is due whatever the clock says.
            not_before INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            last_error TEXT,
            settled_at INTEGER,
            CHECK ((state = 'pending') = (settled_at IS NULL))
        ) STRICT;
        CREATE INDEX delivery_due ON delivery (hook, not_before, seq) WHERE state = 'pending';
        CREATE INDEX delivery_order ON delivery (hook, ordering_key, seq) WHERE state = 'pending';
        CREATE INDEX delivery_by_line ON delivery (line) WHERE line IS NOT NULL;

        CREATE TABLE command (
            hook TEXT NOT NULL,
            line TEXT NOT NULL,
            command TEXT NOT NULL CHECK (command IN ('slow', 'pause')),
            PRIMARY KEY (hook, line)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX command_by_line ON command (line);

        CREATE TABLE paged (
            incident TEXT NOT NULL REFERENCES incident (id),
            hook TEXT NOT NULL,
            PRIMARY KEY (incident, hook)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        """,
        """
        ALTER TABLE line ADD COLUMN release_reason TEXT;
        ALTER TABLE line ADD COLUMN release_since INTEGER CHECK ((release_reason IS NULL) = (release_since IS NULL));
        CREATE INDEX line_hold_ends ON line (hold_until) WHERE hold_until IS NOT NULL;
        """,
        """
        ALTER TABLE line ADD COLUMN changes TEXT;
        ALTER TABLE line ADD COLUMN flap_since INTEGER;
        ALTER TABLE line ADD COLUMN flap_until INTEGER CHECK ((flap_until IS NULL) = (flap_since IS NULL));
        CREATE INDEX line_flapping_ends ON line (flap_until) WHERE flap_until IS NOT NULL;

        -- A page or alert in no hook's form, to be grouped with others or told by another hook.
        ALTER TABLE delivery ADD COLUMN message BLOB;
        ALTER TABLE delivery ADD COLUMN sent INTEGER NOT NULL DEFAULT 0 CHECK (sent IN (0, 1));
        ALTER TABLE delivery ADD COLUMN leader INTEGER CHECK (leader IS NULL OR sent = 1);
        ALTER TABLE delivery ADD COLUMN bundle BLOB;
        ALTER TABLE delivery ADD COLUMN bundle_id TEXT CHECK ((bundle IS NULL) = (bundle_id IS NULL));
        ALTER TABLE delivery ADD COLUMN silence TEXT CHECK (silence IS NULL OR state = 'superseded');
        -- Whether the hook's fallback was told.
        ALTER TABLE delivery ADD COLUMN rerouted INTEGER NOT NULL DEFAULT 0 CHECK (rerouted IN (0, 1));
        -- Since when it is tried, if an operator had it sent again.
        ALTER TABLE delivery ADD COLUMN revived_at INTEGER;
        -- What was tried before this version may have arrived.
        UPDATE delivery SET sent = 1 WHERE channel = 'page' AND state = 'pending' AND attempts > 0;
        -- What waits behind another waits as long.
        UPDATE delivery SET not_before = until
            FROM (SELECT hook AS of, ordering_key AS key, min(seq) AS head, not_before AS until FROM delivery
                WHERE state = 'pending' GROUP BY hook, ordering_key HAVING count(*) > 1)
            WHERE hook = of AND ordering_key = key AND seq > head AND state = 'pending' AND not_before < until;
        DROP INDEX delivery_due;
        CREATE INDEX delivery_due ON delivery (hook, channel, not_before, seq)
            WHERE state = 'pending' AND leader IS NULL;
        CREATE INDEX delivery_unrouted ON delivery (hook, seq)
            WHERE state = 'pending' AND rerouted = 0 AND channel <> 'control';
        CREATE INDEX delivery_led ON delivery (leader) WHERE leader IS NOT NULL;
        CREATE INDEX delivery_by_incident ON delivery (incident) WHERE incident IS NOT NULL;
        CREATE INDEX delivery_settled ON delivery (settled_at) WHERE settled_at IS NOT NULL;

        CREATE TABLE attempt (
            seq INTEGER PRIMARY KEY,
            delivery INTEGER NOT NULL,
            at INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'retry', 'failed', 'broken')),
            answer TEXT NOT NULL,
            detail TEXT
        ) STRICT;
        CREATE INDEX attempt_by_delivery ON attempt (delivery, seq);

        CREATE TABLE hook (
            name TEXT PRIMARY KEY,
            not_before INTEGER NOT NULL DEFAULT 0,
            broken_since INTEGER,
            reason TEXT,
            CHECK ((broken_since IS NULL) = (reason IS NULL))
        ) STRICT, WITHOUT ROWID;

        ALTER TABLE paged ADD COLUMN paged_at INTEGER;
        ALTER TABLE paged ADD COLUMN remind_at INTEGER;
        ALTER TABLE paged ADD COLUMN muted_by TEXT;
        CREATE INDEX paged_reminders ON paged (remind_at) WHERE remind_at IS NOT NULL;
        CREATE INDEX paged_muted ON paged (incident) WHERE muted_by IS NOT NULL;

        CREATE TABLE silence (
            id TEXT PRIMARY KEY,
            lines TEXT NOT NULL,
            severities TEXT NOT NULL,
            author TEXT NOT NULL,
            reason TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            removed_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE audit (
            seq INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            author TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;

        CREATE INDEX incident_closed ON incident (closed_at) WHERE closed_at IS NOT NULL;
        """,
        """
        ALTER TABLE line ADD COLUMN membership TEXT CHECK (membership IN ('assigned', 'released'));
        ALTER TABLE line ADD COLUMN membership_changed_at INTEGER
            CHECK ((membership IS NULL) = (membership_changed_at IS NULL));
        ALTER TABLE line ADD COLUMN membership_source TEXT;
        ALTER TABLE line ADD COLUMN listed_since INTEGER;
        ALTER TABLE event ADD COLUMN membership TEXT;
        ALTER TABLE event ADD COLUMN membership_outcome TEXT;

        CREATE TABLE inspection (
            id TEXT PRIMARY KEY,
            line TEXT NOT NULL,
            -- The incident whose hooks are told what was found; NULL: only the evidence counts.
            incident TEXT,
            cause TEXT NOT NULL CHECK (cause IN ('incident', 'gap', 'operator')),
            state TEXT NOT NULL CHECK (state IN ('pending', 'complete', 'failed')),
            created_at INTEGER NOT NULL,
            not_before INTEGER NOT NULL DEFAULT 0,
            -- Linq's id of the audit that runs; NULL: none was started yet.
            audit_id TEXT,
            started_at INTEGER CHECK ((started_at IS NULL) = (audit_id IS NULL)),
            settled_at INTEGER CHECK ((settled_at IS NULL) = (state = 'pending')),
            trace_id TEXT,
            detail TEXT,
            report TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX inspection_of_incident ON inspection (incident) WHERE incident IS NOT NULL;
        CREATE UNIQUE INDEX inspection_pending ON inspection (line, cause) WHERE state = 'pending';
        CREATE INDEX inspection_by_line ON inspection (line, created_at);
        CREATE INDEX inspection_settled ON inspection (settled_at) WHERE settled_at IS NOT NULL;
        """,
        """
        -- What was given up is looked at all the time and is rare: it is found without reading what was delivered.
        CREATE INDEX delivery_dead ON delivery (seq) WHERE state = 'dead';
        """,
        withoutTemporaryTables,
        """
        -- By what an event is known again, written some time after it and many at a time: as an index of `event` it cost
        -- every commit a page of its own.
        CREATE TABLE identity (
            created_at INTEGER NOT NULL,
            id TEXT NOT NULL,
            -- Where the event may be: its row can have been pruned, or replayed.
            event INTEGER NOT NULL,
            PRIMARY KEY (created_at, id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO identity SELECT created_at, id, seq FROM event WHERE source = 'webhook' ORDER BY created_at, id;
        DROP INDEX event_identity;
        """,
    ]
}
