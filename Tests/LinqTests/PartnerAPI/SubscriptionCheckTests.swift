import JSON
import Testing

@testable import Linq

@Suite struct SubscriptionCheckTests {
    private static let url = "https://hooks.example.com/webhooks/linq"

    private static func subscription(
        _ id: String = "ours",
        url: String = "\(url)?version=2026-02-03",
        events: [String] = WebhookSubscription.neededEvents,
        lines: [String] = [],
        isActive: Bool = true
    ) throws -> WebhookSubscription {
        try WebhookSubscription(
            AnswerReader(
                .object([
                    ("id", .string(id)), ("target_url", .string(url)),
                    ("subscribed_events", .array(events.map(JSON.string))),
                    ("phone_numbers", .array(lines.map(JSON.string))), ("is_active", .bool(isActive)),
                ])
            )
        )
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable () throws -> [WebhookSubscription]
        var url: String? = SubscriptionCheckTests.url
        var ids: Set<String> = []
        let findings: [SubscriptionCheck.Finding]
        var isCertain = true
    }

    static let cases = [
        Case(testDescription: "well", make: { [try subscription()] }, findings: []),
        Case(testDescription: "well, with a slash", make: { [try subscription(url: "\(url)/")] }, findings: []),
        Case(testDescription: "none", make: { [] }, findings: [.missing]),
        Case(
            testDescription: "of others",
            make: { [try subscription(url: "https://b.example.com")] },
            findings: [.missing]
        ),
        Case(testDescription: "off", make: { [try subscription(isActive: false)] }, findings: [.inactive]),
        Case(
            testDescription: "one of two is on",
            make: { [try subscription("old", isActive: false), try subscription()] },
            findings: []
        ),
        Case(
            testDescription: "moved away",
            make: { [try subscription(url: "https://b.example.com/?x=1")] },
            ids: ["ours"],
            findings: [.moved(to: "https://b.example.com")]
        ),
        Case(
            testDescription: "everything at once",
            make: { [try subscription(events: ["message.sent"], lines: ["+1"], isActive: false)] },
            findings: [.inactive, .lacksEvents(["phone_number.status_updated"]), .filtersLines(["+2"])]
        ),
        Case(
            testDescription: "a filter of all lines",
            make: { [try subscription(lines: ["+1", "+2"])] },
            findings: []
        ),
        Case(
            testDescription: "known by deliveries",
            make: { [try subscription(isActive: false), try subscription("other")] },
            url: nil,
            ids: ["ours"],
            findings: [.inactive]
        ),
        Case(testDescription: "nobody knows", make: { [try subscription()] }, url: nil, findings: [], isCertain: false),
    ]

    @Test(arguments: cases) func findings(item: Case) throws {
        let check = SubscriptionCheck(try item.make(), url: item.url, ids: item.ids, lines: ["+1", "+2"])
        #expect(check.findings == item.findings && check.isCertain == item.isCertain)
        #expect((check.repair(url: item.url) == nil) == (item.findings.isEmpty || item.findings == [.missing]))
        #expect(Set(check.findings.map(\.kind)).isSubset(of: SubscriptionCheck.kinds))
        #expect(check.findings.allSatisfy { !$0.sentence.isEmpty && $0.remedy.hasSuffix(".") })
    }

    @Test func repairsWhatItCan() throws {
        let broken = try Self.subscription(events: ["message.sent"], lines: ["+1"], isActive: false)
        let check = SubscriptionCheck([broken], url: Self.url, ids: [], lines: ["+1", "+2"])
        let change = try #require(check.repair(url: Self.url))
        #expect(change.isActive == true && change.targetURL == nil)
        #expect(change.subscribedEvents == ["message.sent", "phone_number.status_updated"])
        #expect(change.phoneNumbers == ["+1", "+2"])
    }

    @Test func pointsItHereAgain() throws {
        let moved = try Self.subscription(url: "https://b.example.com")
        let check = SubscriptionCheck([moved], url: Self.url, ids: ["ours"], lines: [])
        #expect(check.repair(url: Self.url)?.targetURL == "\(Self.url)?version=2026-02-03")
    }

    @Test func whatWouldBeUsefulIsNamed() throws {
        let bare = try Self.subscription(events: ["phone_number.status_updated"])
        let check = SubscriptionCheck([bare], url: Self.url, ids: [], lines: [])
        #expect(check.findings.isEmpty && check.missedEvents.count == 7)
    }

    @Test("What leads here as well is told, unless it is off")
    func others() throws {
        let all = [
            try Self.subscription(), try Self.subscription("second", url: "\(Self.url)/?version=2025-01-01"),
            try Self.subscription("off", isActive: false), try Self.subscription("else", url: "https://b.example.com"),
        ]
        func others(url: String?, ids: Set<String>) -> [String] {
            SubscriptionCheck(all, url: url, ids: ids, lines: []).others.map(\.id)
        }
        #expect(others(url: Self.url, ids: []) == ["second"])
        #expect(others(url: nil, ids: ["ours", "else", "off"]) == ["else"])
        #expect(others(url: nil, ids: ["ours"]) == [])
        #expect(others(url: nil, ids: []) == [])
    }
}
