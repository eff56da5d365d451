import Testing

@testable import Linq

@Suite struct WebhookSubscriptionTests {
    @Test(arguments: [
        ("https://a.example.com", "https://a.example.com?version=2026-02-03"),
        ("https://a.example.com/x", "https://a.example.com/x?version=2026-02-03"),
        ("https://a.example.com/x?", "https://a.example.com/x?version=2026-02-03"),
        ("https://a.example.com/x?line=1", "https://a.example.com/x?line=1&version=2026-02-03"),
        ("https://a.example.com/x?line=1&", "https://a.example.com/x?line=1&version=2026-02-03"),
        ("https://a.example.com/x?conversion=1", "https://a.example.com/x?conversion=1&version=2026-02-03"),
        ("https://a.example.com/x?version=2025-01-01", "https://a.example.com/x?version=2025-01-01"),
        ("https://a.example.com/x?line=1&version=2025-01-01", "https://a.example.com/x?line=1&version=2025-01-01"),
    ])
    func pinned(url: String, expected: String) { #expect(WebhookSubscription.pinned(url) == expected) }

    @Test func eventsThatAreNeeded() {
        #expect(WebhookSubscription.neededEvents.count == 8)
        #expect(WebhookSubscription.neededEvents.filter { $0.hasPrefix("webhook_subscription.") }.count == 5)
        #expect(!WebhookSubscription.neededEvents.contains(WebhookSubscription.proofOfPauseEvent))
    }
}
