import Chrono
import Lines
import SQLite
import Testing

@testable import Ledger

/// What becomes of pages when their incident takes another step before they are sent, while they are, and after.
@Suite struct PageBookTests {
    private let connection: Connection
    private let outbox: Outbox
    private let queue: DeliveryQueue
    private let now = FakeClock.start

    init() throws {
        connection = try .withSchema()
        try connection.execute("INSERT INTO incident VALUES ('i', '+12', 1, NULL, 'error', 'r')")
        try connection.execute("INSERT INTO incident VALUES ('j', '+13', 1, NULL, 'error', 'r')")
        outbox = try Outbox(connection, IdentifierSource())
        queue = try DeliveryQueue(connection, IdentifierSource())
    }

    private func write(_ type: String, _ incident: String = "i", silence: Silence? = nil) throws {
        try outbox.write(.page("ops", incident, type, message: true), at: now, silence: silence)
    }

    private func due(at time: Timestamp? = nil) throws -> [DueDelivery] {
        try queue.due("ops", .page, at: time ?? now, limit: 100)
    }

    private func states(_ incident: String = "i") throws -> [String] {
        try connection.rows("SELECT state FROM delivery WHERE incident = ? ORDER BY seq", .text(incident)) {
            $0.text(0) ?? ""
        }
    }

    private let bundler: Bundler = { pages in pages.flatMap(\.payload) }

    @Test("A page that nobody has is taken back by the next step")
    func unsent() throws {
        try write("incident.opened")
        try outbox.retract("i", isOver: false, at: now)
        #expect(try states() == ["superseded"])
        #expect(try outbox.told("i") == [])
    }

    @Test("One that is being sent is not, until its incident is over; then its end follows it")
    func beingSent() throws {
        try write("incident.opened")
        let sent = try queue.claim(try due(), nil, at: now)
        #expect(try outbox.told("i") == ["ops"])
        try outbox.retract("i", isOver: false, at: now)
        #expect(try states() == ["pending"])
        try outbox.retract("i", isOver: true, at: now)
        try write("incident.resolved")
        #expect(try states() == ["superseded", "pending"])
        // It may have arrived.
        try queue.settle(sent[0].seq, .retry(notBefore: now, error: "no answer"), at: now)
        #expect(try states() == ["superseded", "pending"])
    }

    @Test("When it turns out that it did not arrive, its end is taken back too", arguments: [true, false])
    func didNotArrive(isDead: Bool) throws {
        try write("incident.opened")
        let sent = try queue.claim(try due(), nil, at: now)
        try outbox.retract("i", isOver: true, at: now)
        try write("incident.resolved")
        let settlement: Settlement =
            isDead
            ? .dead(error: "refused", mayHaveArrived: false)
            : .retry(notBefore: now, error: "refused", mayHaveArrived: false)
        try queue.settle(sent[0].seq, settlement, at: now)
        #expect(try states() == ["superseded", "superseded"])
    }

    @Test("An end is told where an earlier page was delivered, whatever became of the later ones")
    func deliveredBefore() throws {
        try write("incident.opened")
        try queue.settle(try queue.claim(try due(), nil, at: now)[0].seq, .delivered, at: now)
        try write("incident.updated")
        let update = try queue.claim(try due(), nil, at: now)[0]
        try outbox.retract("i", isOver: true, at: now)
        try write("incident.resolved")
        try queue.settle(update.seq, .retry(notBefore: now, error: "refused", mayHaveArrived: false), at: now)
        #expect(try states() == ["delivered", "superseded", "pending"])
    }

    @Test("Of what was superseded before it was claimed nothing is sent")
    func supersededBeforeClaim() throws {
        try write("incident.opened")
        let due = try due()
        try outbox.retract("i", isOver: true, at: now)
        #expect(try queue.claim(due, nil, at: now).isEmpty)
    }

    @Test("Pages of several incidents become one message, which is settled for all of them")
    func group() throws {
        for incident in ["i", "j"] { try write("incident.opened", incident) }
        let group = try #require(try queue.claim(try due(), bundler, at: now).first)
        #expect(group.isBundle && group.type == "incident.group" && group.id.hasPrefix("grp_"))
        #expect(group.payload == Array("incident.openedincident.opened".utf8))
        // The same for as long as it may have arrived.
        try queue.settle(group.seq, .retry(notBefore: now, error: "no answer"), at: now)
        let again = try #require(try due().first)
        #expect(try due().count == 1 && again.id == group.id && again.payload == group.payload && again.attempts == 1)
        // What closes one of its incidents waits behind it.
        try outbox.retract("j", isOver: true, at: now)
        try write("incident.resolved", "j")
        #expect(try due().count == 1)
        try queue.settle(group.seq, .delivered, at: now)
        #expect(try states("i") == ["delivered"] && states("j") == ["delivered", "pending"])
        #expect(try due().map(\.type) == ["incident.resolved"])
    }

    @Test("A group that certainly did not arrive falls apart")
    func dissolved() throws {
        for incident in ["i", "j"] { try write("incident.opened", incident) }
        let group = try #require(try queue.claim(try due(), bundler, at: now).first)
        try queue.settle(group.seq, .retry(notBefore: now, error: "HTTP 500", mayHaveArrived: false), at: now)
        try outbox.retract("i", isOver: true, at: now)
        #expect(try states("i") == ["superseded"])
        let left = try due()
        #expect(left.count == 1 && left[0].incident == "j" && !left[0].isBundle && left[0].attempts == 1)
    }

    @Test("What closed while its group was being sent, and did not arrive, is taken back with its end")
    func closedMeanwhile() throws {
        for incident in ["i", "j"] { try write("incident.opened", incident) }
        let group = try #require(try queue.claim(try due(), bundler, at: now).first)
        try connection.execute("UPDATE incident SET closed_at = 2 WHERE id = 'i'")
        try outbox.retract("i", isOver: true, at: now)
        try write("incident.resolved", "i")
        #expect(try states("i") == ["pending", "pending"])
        try queue.settle(group.seq, .retry(notBefore: now, error: "HTTP 500", mayHaveArrived: false), at: now)
        #expect(try states("i") == ["superseded", "superseded"] && states("j") == ["pending"])
    }

    @Test("One page is no group, and pages that cannot be put together go by themselves")
    func noGroup() throws {
        try write("incident.opened")
        #expect(try queue.claim(try due(), bundler, at: now).map(\.isBundle) == [false])
        try write("incident.opened", "j")
        try connection.execute("UPDATE delivery SET sent = 0")
        #expect(try queue.claim(try due(), { _ in nil }, at: now).map(\.isBundle) == [false, false])
    }

    private func silence(_ span: Span = .hours(1)) -> Silence {
        Silence(
            id: "sil",
            lines: .all,
            severities: [],
            author: "ann",
            reason: "r",
            createdAt: now,
            endsAt: now + span
        )
    }

    @Test("What a silence mutes is written down and owed; an end is not muted")
    func muted() throws {
        try write("incident.opened", silence: silence())
        #expect(try states() == ["superseded"] && due().isEmpty)
        #expect(try outbox.concerns(at: now, [silence()]).isEmpty)
        let owed = try outbox.concerns(at: now + .hours(1), [silence()])
        #expect(owed.map(\.wasMuted) == [true] && owed.map(\.hook) == ["ops"])
        try outbox.retract("i", isOver: true, at: now)
        #expect(try outbox.concerns(at: now + .hours(2), []).isEmpty)
        try write("incident.resolved", "j", silence: silence())
        #expect(try states("j") == ["pending"])
    }

    @Test("Who is to be reminded is told when it is time, and not when the incident is over")
    func reminders() throws {
        try outbox.write(.page("ops", "i", "incident.opened", remindEvery: .hours(4)), at: now)
        #expect(try outbox.concerns(at: now + .hours(4) - .seconds(1), []).isEmpty)
        #expect(try outbox.concerns(at: now + .hours(4), []).map(\.wasMuted) == [false])
        try outbox.write(.page("ops", "i", "incident.reminder", remindEvery: .hours(4)), at: now + .hours(4))
        #expect(try outbox.concerns(at: now + .hours(7), []).isEmpty)
        try outbox.retract("i", isOver: true, at: now)
        #expect(try outbox.concerns(at: now + .hours(9), []).isEmpty)
    }
}
