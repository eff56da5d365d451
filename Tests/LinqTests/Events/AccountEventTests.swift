import Chrono
import JSON
import Testing

@testable import Linq

private func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

@Suite struct LineAssignmentTests {
    @Test func reads() throws {
        let data = try json(#"{"phone_number": "+12025551234", "changed_at": "2026-02-18T18:35:05.000Z"}"#)
        let read = try LineAssignment(data)
        #expect(read.phoneNumber == "+12025551234" && read.changedAt == Timestamp(seconds: 1_771_439_705))
        #expect(try LineAssignment(json(#"{"phone_number": "+1"}"#)).changedAt == nil)
    }

    @Test(arguments: ["{}", #"{"phone_number": 7}"#, "[]", "null"]) func withoutANumber(text: String) throws {
        let data = try json(text)
        #expect(throws: EnvelopeError.self) { try LineAssignment(data) }
    }
}

@Suite struct SubscriptionNoticeTests {
    @Test(arguments: [
        (#"{"type": "team_member", "name": "Alice", "email": "a@example.com"}"#, "Alice <a@example.com>"),
        (#"{"type": "team_member", "name": "Alice"}"#, "Alice"),
        (#"{"type": "team_member", "email": "a@example.com"}"#, "a@example.com"),
        (#"{"type": "system"}"#, "system"), ("null", "unknown"), ("[7]", "unknown"),
    ])
    func actors(actor: String, expected: String) throws {
        let data = try json(#"{"actor": \#(actor), "webhook_subscription": {"id": "s"}}"#)
        let notice = try SubscriptionNotice(type: "webhook_subscription.deleted", data)
        #expect(notice.actor == expected && notice.subscription == "s" && notice.change == nil)
        #expect(notice.summary == "webhook_subscription.deleted", "without words of Linq's the type says it")
    }

    @Test func changes() throws {
        let data = try json(
            #"""
            {"summary": "URL changed", "origin": "api", "occurred_at": "2026-02-18T18:35:05Z",
             "webhook_subscription": {"id": "s", "target_url": "https://b"},
             "change": {"from": "https://a", "to": null}}
            """#
        )
        let notice = try SubscriptionNotice(type: "webhook_subscription.target_url_changed", data)
        #expect(notice.change == #"from "https://a" to null"# && notice.targetURL == "https://b")
        #expect(notice.summary == "URL changed" && notice.origin == "api" && notice.occurredAt != nil)
    }

    @Test(arguments: ["{}", #"{"webhook_subscription": {}}"#, #"{"webhook_subscription": "s"}"#])
    func withoutASubscription(text: String) throws {
        let data = try json(text)
        #expect(throws: EnvelopeError.self) { try SubscriptionNotice(type: "webhook_subscription.deleted", data) }
    }
}

@Suite struct SentMessageTests {
    private static let sentAt = "2026-02-18T18:35:05Z"

    @Test(arguments: [
        #"{"chat": {"id": "c", "owner_handle": {"handle": "+1"}}, "direction": "outbound", "sent_at": "\#(sentAt)"}"#,
        #"{"chat": {"id": "c", "owner_handle": {"handle": "+1"}}, "sent_at": "\#(sentAt)"}"#,
        #"{"chat_id": "c", "is_from_me": true, "from_handle": {"handle": "+1"}, "sent_at": "\#(sentAt)"}"#,
        #"{"chat_id": "c", "is_from_me": true, "from_handle": "+1", "message": {"sent_at": "\#(sentAt)"}}"#,
        #"{"chat": "c", "is_from_me": true, "from": "+1", "sent_at": "\#(sentAt)"}"#,
    ])
    func bothVersions(text: String) throws {
        let message = try #require(SentMessage(try json(text)))
        #expect(message.line == "+1" && message.chat == "c")
        #expect(message.sentAt == Timestamp(seconds: 1_771_439_705))
    }

    @Test(arguments: [
        "{}", "null", #"{"chat": {"id": "c"}}"#,
        #"{"chat": {"id": "c", "owner_handle": {"handle": "+1"}}, "direction": "inbound"}"#,
        #"{"is_from_me": false, "from_handle": {"handle": "+1"}}"#, #"{"is_from_me": "yes", "from": "+1"}"#,
        #"{"is_from_me": true}"#,
    ])
    func nobodysMessage(text: String) throws { #expect(SentMessage(try json(text)) == nil) }
}
