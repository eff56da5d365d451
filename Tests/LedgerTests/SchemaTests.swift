import Lines
import SQLite
import Testing

@testable import Ledger

@Suite struct SchemaTests {
    private let connection: Connection

    init() throws {
        connection = try .withSchema()
    }

    @Test("Every migration is done once")
    func migrates() throws {
        for _ in 0..<2 {
            #expect(try connection.rows("PRAGMA user_version") { $0.integer(0) } == [Int64(Schema.migrations.count)])
            try Schema.migrate(connection, path: "memory")
        }
    }

    @Test("A step that fails leaves the version before it")
    func failedStep() throws {
        let other = try Connection(path: ":memory:", mode: .readWrite)
        try other.execute("CREATE TABLE incident (other INTEGER)")
        #expect(throws: SQLiteError.self) { try Schema.migrate(other, path: "memory") }
        #expect(!other.isInTransaction)
        #expect(try other.rows("PRAGMA user_version") { $0.integer(0) } == [0])
        #expect(try other.rows("SELECT name FROM sqlite_schema") { $0.text(0) } == ["incident"])
    }

    @Test("A database of the first version goes forward with what is in it")
    func goesForward() throws {
        let old = try Connection(path: ":memory:", mode: .readWrite)
        try old.execute(try #require(Schema.migrations.first))
        try old.execute(
            """
            PRAGMA user_version = 1;
            INSERT INTO incident VALUES ('i', '+12025551234', 1, NULL, 'critical', 'status is FLAGGED');
            INSERT INTO line (number, status, status_changed_at, status_source, decision, decision_since, incident)
            VALUES ('+12025551234', 'FLAGGED', 1, 'webhook', 'paused', 1, 'i');
            """
        )
        try Schema.migrate(old, path: "memory")
        let number = try #require(PhoneNumber("+12025551234"))
        let record = try #require(try LineStore(old).line(number, .standard))
        #expect(record.decision == .paused && record.state.status?.value == .flagged && record.incident == "i")
        #expect(record.state.release == nil)
        #expect(throws: SQLiteError.self) { try old.execute("UPDATE line SET release_reason = 'r'") }
    }

    @Test("What was pending in the second version is pending, and what was tried may have arrived")
    func goesForwardWithDeliveries() throws {
        let old = try Connection(path: ":memory:", mode: .readWrite)
        for step in Schema.migrations.prefix(2) { try old.execute(step) }
        try old.execute(
            """
            PRAGMA user_version = 2;
            INSERT INTO incident VALUES ('i', '+12025551234', 1, NULL, 'critical', 'status is FLAGGED');
            INSERT INTO paged VALUES ('i', 'ops');
            INSERT INTO delivery
                (id, hook, channel, type, ordering_key, incident, payload, created_at, attempts, not_before)
            VALUES ('d1', 'ops', 'page', 'incident.opened', 'incident/i', 'i', x'01', 1, 3, 500),
                   ('d2', 'ops', 'page', 'incident.updated', 'incident/i', 'i', x'02', 2, 0, 0),
                   ('d3', 'gate', 'control', 'line.paused', 'line/+12025551234', 'i', x'03', 3, 2, 400);
            """
        )
        try Schema.migrate(old, path: "memory")
        #expect(try old.rows("SELECT not_before FROM delivery ORDER BY seq") { $0.integer(0) } == [500, 500, 400])
        let queue = try DeliveryQueue(old, IdentifierSource())
        let now = FakeClock.start
        #expect(try queue.due("ops", .page, at: now, limit: 9).map(\.id) == ["d1"])
        #expect(try queue.due("gate", .control, at: now, limit: 9).map(\.id) == ["d3"])
        let outbox = try Outbox(old, IdentifierSource())
        #expect(try outbox.told("i") == ["ops"])
        try outbox.retract("i", isOver: false, at: now)
        let states = try old.rows("SELECT state FROM delivery ORDER BY seq") { $0.text(0) }
        #expect(states == ["pending", "superseded", "pending"])
    }

    @Test("Events of the fifth version keep their places, and every line's row tells of all of them")
    func goesForwardWithEvents() throws {
        let old = try Connection(path: ":memory:", mode: .readWrite)
        for step in Schema.migrations.prefix(5) { try old.execute(step) }
        try old.execute(
            """
            PRAGMA user_version = 5;
            INSERT INTO event (seq, id, source, type, state, received_at, created_at, line, changed_at, status, body)
            VALUES (3, 'e1', 'webhook', 't', 'applied', 1, 7, '+12025551234', 1, 'ACTIVE', x'01'),
                   (9, 'o1', 'operator', 't', 'applied', 2, NULL, '+12025551234', 2, NULL, x''),
                   (12, 'q1', 'webhook', 't', 'quarantined', 3, NULL, NULL, NULL, NULL, x'02');
            """
        )
        try Schema.migrate(old, path: "memory")
        let rows = try old.rows("SELECT seq, id, created_at, body FROM event ORDER BY seq") {
            "\($0.integer(0) ?? 0) \($0.text(1) ?? "") \($0.integer(2) ?? -1) \($0.blob(3))"
        }
        #expect(rows == ["3 e1 7 [1]", "9 o1 0 []", "12 q1 0 [2]"])
        #expect(try LineTail.events(old).isEmpty)
        let identities = try old.rows("SELECT id, created_at, event FROM identity ORDER BY event") {
            "\($0.text(0) ?? "") \($0.integer(1) ?? -1) \($0.integer(2) ?? 0)"
        }
        #expect(identities == ["e1 7 3", "q1 0 12"])
    }

    private static let incident = "INSERT INTO incident VALUES ('i', '+12', 1, NULL, 'error', 'r')"

    @Test(
        "States that must not be cannot be stored",
        arguments: [
            // One open incident per line.
            "INSERT INTO incident VALUES ('j', '+12', 2, NULL, 'error', 'r')",
            "INSERT INTO incident VALUES ('j', '+13', 2, NULL, 'grave', 'r')",
            // A line that is allowed has no incident, one that is not has one.
            "INSERT INTO line (number, decision, decision_since, incident) VALUES ('+12', 'allowed', 1, 'i')",
            "INSERT INTO line (number, decision, decision_since, incident) VALUES ('+12', 'paused', 1, NULL)",
            "INSERT INTO line (number, decision, decision_since, incident) VALUES ('+12', 'slowed', 1, NULL)",
            "INSERT INTO line (number, decision, decision_since, incident) VALUES ('+12', 'paused', 1, 'nobody')",
            "INSERT INTO line (number, decision, decision_since, incident) VALUES ('+12', 'maybe', 1, 'i')",
            // A value has its date, a hold its beginning.
            "INSERT INTO line (number, decision, decision_since, status) VALUES ('+12', 'allowed', 1, 'ACTIVE')",
            "INSERT INTO line (number, decision, decision_since, hold_reason) VALUES ('+12', 'allowed', 1, 'r')",
            // An event is about a line, or quarantined.
            "INSERT INTO event (id, source, type, state, received_at, body) VALUES ('e', 'webhook', 't', 'applied', 1, x'')",
            "INSERT INTO event (id, source, type, state, received_at, body) VALUES ('e', 'rumour', 't', 'quarantined', 1, x'')",
            // A delivery is settled or pending.
            """
            INSERT INTO delivery (id, hook, channel, type, ordering_key, payload, state, created_at)
            VALUES ('d', 'h', 'page', 't', 'k', x'', 'delivered', 1)
            """,
            """
            INSERT INTO delivery (id, hook, channel, type, ordering_key, payload, settled_at, created_at)
            VALUES ('d', 'h', 'page', 't', 'k', x'', 1, 1)
            """,
            // No row means resume.
            "INSERT INTO command VALUES ('h', '+12', 'resume')",
            "INSERT INTO paged (incident, hook) VALUES ('nobody', 'h')",
            "INSERT INTO hook VALUES ('h', 0, 1, NULL)",
            """
            INSERT INTO delivery (id, hook, channel, type, ordering_key, payload, created_at, silence)
            VALUES ('d', 'h', 'page', 't', 'k', x'', 1, 'sil')
            """,
            """
            INSERT INTO delivery (id, hook, channel, type, ordering_key, payload, created_at, leader)
            VALUES ('d', 'h', 'page', 't', 'k', x'', 1, 1)
            """,
            "INSERT INTO attempt VALUES (1, 1, 1, 1, 'maybe', 'HTTP 200', NULL)",
        ]
    )
    func refuses(sql: String) throws {
        try connection.execute(Self.incident)
        let error = try #require(throws: SQLiteError.self) { try connection.execute(sql) }
        #expect(error.code & 0xFF == 19, "\(error)")
    }

    @Test("A line may have many closed incidents beside the open one")
    func incidents() throws {
        try connection.execute(
            """
            INSERT INTO incident VALUES ('a', '+12', 1, 2, 'error', 'r'), ('b', '+12', 3, 4, 'error', 'r');
            INSERT INTO incident VALUES ('c', '+12', 5, NULL, 'error', 'r')
            """
        )
    }
}
