package import Chrono
package import Crypto
package import JSON

/// `{"type": "pagerduty"}`: the Events API v2.
package struct PagerDutyConfiguration: HookConfiguration {
    package static let type = "pagerduty"
    package static let roles: Set<HookRole> = [.page]
    /// About 120 events a minute for one key.
    package static let pace: Span? = .milliseconds(500)
    private static let standardURL = "https://events.pagerduty.com/v2/enqueue"

    let url: HookURL
    let routingKey: Secret

    package static func read(_ object: ObjectReader, _ secrets: SecretSource) -> PagerDutyConfiguration? {
        let reader = object.required("routing_key")
        let key = reader.flatMap { secrets.secret($0) }
        if let key, key.exposed.utf8.count != 32 {
            reader?.warn("has \(key.exposed.utf8.count) characters; PagerDuty's have 32")
        }
        // Europe has a host of its own: https://events.eu.pagerduty.com/v2/enqueue.
        let other = object.optional("url")
        let url = other == nil ? HookURL(standardURL) : HookURL.read(other, secrets)
        guard let key, let url else { return nil }
        return PagerDutyConfiguration(url: url, routingKey: key)
    }

    package var summary: String { "events to \(url.origin)" }

    package func make(name: String, timeout: Span, _ context: HookContext) -> any Hook {
        PagerDuty(configuration: self, timeout: timeout, client: context.client)
    }
}
