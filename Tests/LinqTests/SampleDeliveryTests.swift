import Chrono
import JSON
import Testing

@testable import Linq

@Suite struct SampleDeliveryTests {
    private static let now = Timestamp(seconds: Vector.seconds)

    private static func delivery(status: String? = "FLAGGED", reputation: String? = "CRITICAL") -> SampleDelivery {
        let change = SampleDelivery.Change(
            phoneNumber: "+12025551234",
            status: status,
            previousStatus: status.map { _ in "ACTIVE" },
            reputation: reputation,
            previousReputation: reputation.map { _ in "AT_RISK" },
            changedAt: now - .seconds(3)
        )
        return SampleDelivery(eventID: "evt_1", change: change, createdAt: now - .seconds(2))
    }

    /// What we send is what we take for genuine, with every secret and set of headers.
    @Test(
        arguments: [Vector.secret, Vector.otherSecret, Vector.plainSecret],
        [
            [SignatureScheme.standard], [.legacy], [.standard, .legacy],
        ] as [Set<SignatureScheme>]
    )
    func isGenuine(secret: String, schemes: Set<SignatureScheme>) throws {
        let delivery = Self.delivery()
        let key = try #require(try signingSecrets([secret]).first)
        let sent = delivery.headers(secret: key, schemes: schemes, now: Self.now + .milliseconds(500))
        let headers: Headers = Dictionary(grouping: sent) { $0.name.lowercased() }.mapValues { $0.map(\.value) }
        let verdict = try judge(headers, secrets: [Vector.otherSecret, secret], body: delivery.body)
        #expect(
            verdict == (schemes.contains(.standard) ? .genuine(.standard, id: "evt_1") : .genuine(.legacy, id: nil))
        )
        #expect(headers["content-type"] == ["application/json"])
        #expect(headers["x-webhook-event"] == (schemes.contains(.legacy) ? ["phone_number.status_updated"] : nil))
        #expect(try judge(headers, secrets: [secret], body: delivery.body + [0x20]) != verdict)
    }

    @Test func readsBack() throws {
        let envelope = try Envelope(Self.delivery().body, announcedType: nil)
        #expect(envelope.eventType == StatusUpdate.eventType)
        #expect(envelope.eventID == "evt_1" && envelope.traceID == "trace-evt_1")
        #expect(envelope.createdAt == Self.now - .seconds(2))
        let update = try StatusUpdate(envelope.data)
        #expect(update.phoneNumber == "+12025551234")
        #expect(update.changedAt == Self.now - .seconds(3))
        #expect([update.previousStatus, update.newStatus] == ["ACTIVE", "FLAGGED"])
        #expect(update.newReputation == ["CRITICAL"] && update.previousReputation == "AT_RISK")
    }

    @Test func whatIsNilIsLeftOut() throws {
        let envelope = try Envelope(Self.delivery(status: nil, reputation: nil).body, announcedType: nil)
        #expect(envelope.data.members?.map(\.key) == ["phone_number", "changed_at"])
    }
}
