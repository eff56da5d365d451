package import Chrono
package import Crypto
package import JSON

/// `{"type": "slack"}`: an incoming webhook.
package struct SlackConfiguration: HookConfiguration {
    package static let type = "slack"
    package static let roles: Set<HookRole> = [.page]
    /// One message a second for each webhook (docs.slack.dev, rate limits).
    package static let pace: Span? = .seconds(1)

    let url: HookURL

    package static func read(_ object: ObjectReader, _ secrets: SecretSource) -> SlackConfiguration? {
        HookURL.read(object.required("url"), secrets, isCredential: true).map(SlackConfiguration.init)
    }

    package var summary: String { "message to \(url.origin)" }

    package func make(name: String, timeout: Span, _ context: HookContext) -> any Hook {
        Slack(configuration: self, timeout: timeout, client: context.client)
    }
}
