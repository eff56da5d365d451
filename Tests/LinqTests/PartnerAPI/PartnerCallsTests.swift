import Chrono
import Crypto
import HTTPClient
import JSON
import Testing

@testable import Linq

/// What is sent, and what is made of what comes.
@Suite struct PartnerCallsTests {
    private static let line = #"{"id": "u-1", "phone_number": "+12025551234"}"#
    private static let subscription = #"""
        {"id": "s/1", "target_url": "https://a.example.com/x", "subscribed_events": ["message.sent"],
         "phone_numbers": null, "is_active": false, "created_at": "2026-02-18T18:35:05Z", "more": {}}
        """#

    @Test func linesOfV3() async throws {
        let wire = Wire(.ok(#"{"phone_numbers": [\#(Self.line)], "trace_id": "t-1"}"#))
        #expect(try await wire.api().lines() == [AccountLine(id: .uuid("u-1"), phoneNumber: "+12025551234")])
        let request = try #require(wire.requests.first)
        #expect(request.method == "GET" && request.url == "https://api.linqapp.com/api/partner/v3/phone_numbers")
        #expect(request.headers.contains { $0 == ("Authorization", "Bearer \(Wire.key)") } && request.body.isEmpty)
        #expect(wire.exchanges.first?.traceID == "t-1" && wire.exchanges.first?.call == "GET /v3/phone_numbers")
    }

    @Test func linesOfV2() async throws {
        let record = #"{"id": 7, "phone_number": "+12025551234", "forwarding_number": "+1202555", "response_rate": 3}"#
        let wire = Wire(.ok(#"{"phone_numbers": [\#(record)]}"#), version: .v2)
        let expected = AccountLine(
            id: .number(7),
            phoneNumber: "+12025551234",
            forwardingNumber: "+1202555",
            responseRate: 3
        )
        #expect(try await wire.api().lines() == [expected])
        let request = try #require(wire.requests.first)
        #expect(request.url == "https://api.linqapp.com/api/partner/v2/phone_numbers")
        #expect(request.headers.contains { $0 == ("X-LINQ-INTEGRATION-TOKEN", Wire.key) })
        #expect(!request.headers.contains { $0.name == "Authorization" })
    }

    @Test(arguments: [("+12025559999", "+12025559999"), (nil, "")] as [(String?, String)])
    func forwarding(number: String?, sent: String) async throws {
        for (id, path) in [(AccountLine.ID.uuid("a/b"), "a%2Fb"), (.number(7), "7")] {
            let wire = Wire(.ok(Self.line))
            _ = try await wire.api().setForwarding(number, of: id)
            let request = try #require(wire.requests.first)
            #expect(request.method == "PUT" && request.url.hasSuffix("/v3/phone_numbers/\(path)"))
            #expect(try JSON.parse(request.body) == ["forwarding_number": .string(sent)])
            #expect(request.headers.contains { $0 == ("Content-Type", "application/json") })
        }
    }

    @Test func subscriptions() async throws {
        let wire = Wire(.ok(#"{"subscriptions": [\#(Self.subscription)]}"#), .ok(Self.subscription))
        let api = try wire.api()
        let listed = try #require(try await api.subscriptions().first)
        #expect(listed.phoneNumbers.isEmpty && !listed.isActive && listed.subscribedEvents == ["message.sent"])
        #expect(listed.createdAt == Timestamp(rfc3339: "2026-02-18T18:35:05Z") && listed.updatedAt == nil)
        #expect(try await api.subscription("s/1") == listed)
        #expect(try await api.updateSubscription("s/1", .init(isActive: true)) == listed)
        try await api.deleteSubscription("s/1")
        let requests = wire.requests
        #expect(requests.map(\.method) == ["GET", "GET", "PUT", "DELETE"])
        #expect(requests.dropFirst().allSatisfy { $0.url.hasSuffix("/v3/webhook-subscriptions/s%2F1") })
        // Only what is given is sent.
        #expect(try JSON.parse(requests[2].body) == ["is_active": true])
    }

    @Test func creation() async throws {
        let made = #"{"signing_secret": "whsec_hunter2", \#(Self.subscription.dropFirst())"#
        let wire = Wire(.status(201, made))
        let url = "https://a.example.com/x"
        let (subscription, secret) = try await wire.api().createSubscription(targetURL: url, events: ["message.sent"])
        #expect(subscription.targetURL == url && secret.exposed == "whsec_hunter2")
        let sent = try JSON.parse(wire.requests[0].body)
        #expect(sent == ["target_url": .string(url), "subscribed_events": ["message.sent"]])
    }

    @Test func audits() async throws {
        let report = #"""
            {"severity": "CRITICAL", "primary_driver": "", "drivers": [{"key": "flagged", "metric": null}],
             "action_items": [{"priority": 1, "title": "Stop"}], "evidence": {"unhealthy_chats": []}}
            """#
        let wire = Wire(
            .status(202, #"{"audit_id": "a 1", "status": "pending"}"#),
            .ok(#"{"audit_id": "a 1", "status": "brewing"}"#),
            .ok(#"{"audit_id": "a 1", "status": "complete", "phone": "+12025551234", "report": \#(report)}"#)
        )
        let api = try wire.api()
        let ticket = try await api.startAudit(of: "+12025551234")
        #expect(ticket.id == "a 1" && ticket.status == .pending)
        let first = try await api.audit(of: "+12025551234", ticket.id)
        #expect(first.status == .other("brewing") && first.status.isUnfinished && first.report == nil)
        let found = try #require(try await api.audit(of: "+12025551234", ticket.id).report)
        #expect(found.severity == "CRITICAL" && found.primaryDriver == nil && found.isFlagged)
        #expect(found.actionItems.first?.title == "Stop" && found.evidence == ["unhealthy_chats": []])
        let path = "/v3/phone_numbers/%2B12025551234/reputation_audit"
        #expect(wire.requests[0].url.hasSuffix(path) && wire.requests[0].method == "POST")
        #expect(wire.requests[1].url.hasSuffix("\(path)/a%201") && wire.requests[0].body.isEmpty)
    }

    @Test("V2 says what it has not, and sends nothing")
    func unsupported() async throws {
        let wire = Wire(.ok("{}"), version: .v2)
        let api = try wire.api()
        let errors = [
            await failure(api.subscriptions),
            await failure { () async throws(PartnerError) in try await api.subscription("a") },
            await failure { () async throws(PartnerError) in
                try await api.createSubscription(targetURL: "https://a.example.com", events: [])
            },
            await failure { () async throws(PartnerError) in try await api.updateSubscription("a", .init()) },
            await failure { () async throws(PartnerError) in try await api.deleteSubscription("a") },
            await failure { () async throws(PartnerError) in try await api.startAudit(of: "+12") },
            await failure { () async throws(PartnerError) in try await api.audit(of: "+12", "a") },
        ]
        #expect(errors.allSatisfy { $0?.kind == .unsupported && $0?.description.hasPrefix("API V2 has no ") == true })
        #expect(wire.requests.isEmpty)
    }
}
