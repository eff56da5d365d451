import Chrono
import Lines
import SQLite
import Testing

@testable import Ledger

@Suite struct OutboxTests {
    private let connection: Connection
    private let outbox: Outbox
    private let queue: DeliveryQueue
    private let now = FakeClock.start

    init() throws {
        connection = try .withSchema()
        outbox = try Outbox(connection, IdentifierSource())
        queue = try DeliveryQueue(connection, IdentifierSource())
    }

    private func all(_ hook: String = "h", at time: Timestamp? = nil, limit: Int = 100) throws -> [DueDelivery] {
        try queue.due(hook, .control, at: time ?? now, limit: limit)
            + queue.due(hook, .page, at: time ?? now, limit: limit)
            + queue.due(hook, .alert, at: time ?? now, limit: limit)
    }

    private func due(_ hook: String = "h", at time: Timestamp? = nil, limit: Int = 100) throws -> [String] {
        try all(hook, at: time, limit: limit).map { String(decoding: $0.payload, as: UTF8.self) }
    }

    private func write(_ type: String, key: String, hook: String = "h") throws {
        try outbox.write(.page(hook, nil, type, key: key), at: now)
    }

    @Test("Of each key the oldest is due, in the order of writing")
    func order() throws {
        for (type, key) in [("a1", "a"), ("b1", "b"), ("a2", "a"), ("c1", "c"), ("a3", "a")] {
            try write(type, key: key)
        }
        try write("x1", key: "a", hook: "other")
        #expect(try due() == ["a1", "b1", "c1"])
        #expect(try due(limit: 2) == ["a1", "b1"])
        #expect(try due("other") == ["x1"])
        #expect(try due("nobody") == [])
        for expected in ["a1", "a2", "a3"] {
            let first = try #require(try all("h", at: now, limit: 100).first { $0.orderingKey == "a" })
            #expect(String(decoding: first.payload, as: UTF8.self) == expected)
            try queue.settle(first.seq, .delivered, at: now)
        }
        #expect(try due() == ["b1", "c1"])
    }

    @Test("One that waits holds up its key and no other")
    func waiting() throws {
        for (type, key) in [("a1", "a"), ("a2", "a"), ("b1", "b")] { try write(type, key: key) }
        let first = try #require(try all("h", at: now, limit: 1).first)
        #expect(try queue.nextDue("h", .alert, after: now) == nil)
        try queue.settle(first.seq, .retry(notBefore: now + .seconds(10), error: "no"), at: now)
        #expect(try due() == ["b1"])
        #expect(try queue.nextDue("h", .alert, after: now) == now + .seconds(10))
        #expect(try queue.nextDue("other", .alert, after: now) == nil)
        #expect(try due(at: now + Span(microseconds: 9_999_999)) == ["b1"])
        // A new delivery goes before one that has had its turn.
        #expect(try due(at: now + .seconds(10)) == ["b1", "a1"])
        #expect(try queue.nextDue("h", .alert, after: now + .seconds(10)) == nil)
    }

    @Test("What waits behind a postponed delivery is not looked at before it is due either")
    func followersWait() throws {
        for type in ["a1", "a2"] { try write(type, key: "a") }
        let first = try #require(try all("h", at: now, limit: 1).first)
        let later = now + .seconds(10)
        try queue.settle(first.seq, .retry(notBefore: later, error: "no"), at: now)
        try write("a3", key: "a")
        func waits() throws -> [Int64?] { try connection.rows("SELECT not_before FROM delivery") { $0.integer(0) } }
        #expect(try waits() == [later.microseconds, later.microseconds, later.microseconds])
        try queue.settle(first.seq, .delivered, at: later)
        #expect(try due(at: later) == ["a2"])
    }

    private enum State: String, CaseIterable, Sendable { case pending, delivered, dead, superseded }

    private static let settlements: [Settlement] = [
        .delivered, .retry(notBefore: FakeClock.start + .seconds(60), error: "later"), .dead(error: "never"),
    ]

    private func row() throws -> [String?] {
        try connection.rows(
            "SELECT state, attempts, not_before, last_error, settled_at FROM delivery ORDER BY seq LIMIT 1"
        ) {
            row in (0..<5).map { row.text($0) }
        }[0]
    }

    @Test("A pending delivery is left by its settlement, and by nothing else", arguments: settlements.indices)
    func settles(index: Int) throws {
        try write("x", key: "k")
        let first = try #require(try all("h", at: now, limit: 1).first)
        #expect(first.attempts == 0)
        try queue.settle(first.seq, Self.settlements[index], at: now + .seconds(1))
        let settledAt = "\((now + .seconds(1)).microseconds)"
        let notBefore = "\((now + .seconds(60)).microseconds)"
        let expected: [[String?]] = [
            ["delivered", "1", "0", nil, settledAt], ["pending", "1", notBefore, "later", nil],
            ["dead", "1", "0", "never", settledAt],
        ]
        #expect(try row() == expected[index])
    }

    @Test("What is settled stays as it is", arguments: State.allCases.dropFirst(), settlements.indices)
    private func settlesOnce(state: State, index: Int) throws {
        try write("x", key: "k")
        try connection.execute("UPDATE delivery SET state = '\(state.rawValue)', settled_at = 1")
        let before = try row()
        try queue.settle(1, Self.settlements[index], at: now)
        #expect(try row() == before)
        #expect(try due() == [])
    }

    @Test("A retry counts up and comes again, the same but for the count")
    func retries() throws {
        try write("x", key: "k")
        var seen: Set<String> = []
        for attempt in 0..<5 {
            let delivery = try #require(try all("h", at: now + .seconds(attempt), limit: 1).first)
            #expect(delivery.attempts == attempt)
            #expect(delivery.createdAt == now)
            seen.insert("\(delivery.id) \(delivery.type) \(delivery.payload)")
            let next = now + .seconds(attempt + 1)
            try queue.settle(delivery.seq, .retry(notBefore: next, error: "no"), at: now + .seconds(attempt))
        }
        #expect(seen.count == 1)
    }

    @Test("A newer command supersedes the older ones of its hook and line that were not delivered")
    func supersedes() throws {
        let (first, second) = (try line(0), try line(1))
        for draft: DeliveryDraft in [
            .control("gate", first, "pause"), .control("gate", second, "pause"), .control("sender", first, "pause"),
            .control("gate", first, "slow"),
        ] { try outbox.write(draft, at: now) }
        #expect(try due("gate") == ["pause", "slow"])
        #expect(try due("sender") == ["pause"])
        let states = try connection.rows("SELECT state FROM delivery ORDER BY seq") { $0.text(0) }
        #expect(states == ["superseded", "pending", "pending", "pending"])
    }

    @Test("One that is superseded while it is under way is not settled, and the newer one follows")
    func supersededUnderWay() throws {
        let number = try line()
        try outbox.write(.control("gate", number, "pause"), at: now)
        let underWay = try #require(try all("gate", at: now, limit: 1).first)
        try outbox.write(.control("gate", number, "resume"), at: now)
        try queue.settle(underWay.seq, .retry(notBefore: now + .hours(1), error: "no"), at: now)
        #expect(try due("gate") == ["resume"])
    }

    @Test("Pages are not superseded")
    func pagesStay() throws {
        try connection.execute("INSERT INTO incident VALUES ('i', '+12', 1, NULL, 'error', 'r')")
        for type in ["incident.opened", "incident.updated", "incident.resolved"] {
            try outbox.write(.page("ops", "i", type), at: now)
        }
        #expect(try connection.rows("SELECT state FROM delivery") { $0.text(0) } == ["pending", "pending", "pending"])
        #expect(try due("ops") == ["incident.opened"])
        #expect(try outbox.told("i") == [])
        try queue.settle(1, .delivered, at: now)
        #expect(try outbox.told("i") == ["ops"])
        #expect(try outbox.told("other") == [])
        #expect(try outbox.told(nil) == [])
    }

    @Test("What a hook was last told is remembered, and resume is nothing to remember")
    func commands() throws {
        let number = try line()
        #expect(try outbox.commands(number) == [:])
        let steps: [(String, String, [String: String])] = [
            ("gate", "pause", ["gate": "pause"]), ("sender", "slow", ["gate": "pause", "sender": "slow"]),
            ("gate", "slow", ["gate": "slow", "sender": "slow"]), ("gate", "resume", ["sender": "slow"]),
            ("gate", "resume", ["sender": "slow"]), ("sender", "resume", [:]),
        ]
        for (hook, command, expected) in steps {
            try outbox.write(.control(hook, number, command), at: now)
            #expect(try outbox.commands(number) == expected)
        }
        #expect(try outbox.commands(line(1)) == [:])
    }

    @Test(
        "Waits are brought forward to a limit, never put off",
        arguments: [(10, 10), (3_600, 3_600), (3_601, 3_600), (1_000_000, 3_600)]
    )
    func limitsWaits(seconds: Int, expected: Int) throws {
        try write("x", key: "k")
        try queue.settle(1, .retry(notBefore: now + .seconds(seconds), error: "no"), at: now)
        try queue.limitWaits(to: now + .hours(1))
        #expect(try queue.nextDue("h", .alert, after: now) == now + .seconds(expected))
    }

    @Test("A delivery carries all that an attempt needs")
    func carries() throws {
        let number = try line()
        try outbox.write(.control("gate", number, "pause"), at: now)
        let delivery = try #require(try all("gate", at: now, limit: 1).first)
        #expect(delivery.id.hasPrefix("dlv_"))
        #expect(delivery.type == "line.pause")
        #expect(delivery.line == number)
        #expect(delivery.orderingKey == "line/\(number)")
        #expect(delivery.payload == Array("pause".utf8))
        #expect(delivery.createdAt == now)
    }
}
