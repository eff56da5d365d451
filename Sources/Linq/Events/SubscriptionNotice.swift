package import Chrono
package import JSON

/// The data of `webhook_subscription.*`: somebody changed what is sent to whom.
package struct SubscriptionNotice: Sendable, Hashable {
    /// Types that can cut the wire which feeds us.
    package static let types: Set<String> = [
        "webhook_subscription.disabled", "webhook_subscription.deleted", "webhook_subscription.target_url_changed",
        "webhook_subscription.events.updated", "webhook_subscription.phone_numbers.updated",
    ]

    /// The event's type, such as `webhook_subscription.disabled`.
    package let type: String
    package let subscription: String
    /// Where it delivers, without credentials and query; nil where Linq does not say.
    package let targetURL: String?
    /// In Linq's words, as on their Activity page.
    package let summary: String
    /// Who did it, as far as Linq tells: a name and address, or `api`, `system`, `unknown`.
    package let actor: String
    /// Where it was done: `dashboard`, `api` or `linq`.
    package let origin: String?
    package let occurredAt: Timestamp?
    /// What it was and what it is, as JSON; nil where the type has no such thing.
    package let change: String?

    /// - Throws: `EnvelopeError` when it does not say which subscription it is about.
    package init(type: String, _ data: JSON) throws(EnvelopeError) {
        guard let subscription = data["webhook_subscription"]?["id"]?.string else {
            throw EnvelopeError(reason: "data.webhook_subscription.id is missing or not a text")
        }
        self.type = type
        self.subscription = subscription
        targetURL = data["webhook_subscription"]?["target_url"]?.string
        summary = data["summary"]?.string ?? type
        let actor = data["actor"]
        let name = actor?["name"]?.string
        let address = actor?["email"]?.string
        switch (name, address) {
        case (let name?, let address?): self.actor = "\(name) <\(address)>"
        case (let name?, nil): self.actor = name
        case (nil, let address?): self.actor = address
        case (nil, nil): self.actor = actor?["type"]?.string ?? "unknown"
        }
        origin = data["origin"]?.string
        occurredAt = data["occurred_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
        change = data["change"].flatMap { change in
            guard let from = change["from"], let to = change["to"] else { return nil }
            return "from \(from.text()) to \(to.text())"
        }
    }
}
