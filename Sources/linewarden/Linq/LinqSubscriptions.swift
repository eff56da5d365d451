import ArgumentParser
import Chrono
import JSON
import Linq

struct LinqSubscriptions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscriptions",
        abstract: "Lists the account's webhook subscriptions: where Linq sends which events.",
        discussion: """
              linewarden linq subscriptions
              linewarden linq subscriptions --json
            """
    )

    @OptionGroup var options: LinqOptions

    func run() async throws {
        let api = try options.api()
        let all = try await options.ask { () async throws(PartnerError) in try await api.subscriptions() }
        if options.json {
            return Terminal.say(JSON.object([("subscriptions", .array(all.map(\.json)))]).text(pretty: true))
        }
        if all.isEmpty {
            return Terminal.say("The account has no subscription: Linq tells nobody. See linewarden linq subscribe.")
        }
        var table = Table(
            "SUBSCRIPTION",
            "STATE",
            "EVENTS",
            "LINES",
            "URL",
            yielding: ["URL", "LINES", "SUBSCRIPTION"]
        )
        for each in all {
            table.add(
                each.id,
                each.isActive ? "active" : "OFF",
                String(each.subscribedEvents.count),
                each.phoneNumbers.isEmpty ? "all" : each.phoneNumbers.joined(separator: ","),
                each.targetURL
            )
        }
        Terminal.say(table.text)
        for each in all {
            let missing = WebhookSubscription.neededEvents.filter { !each.subscribedEvents.contains($0) }
            let isOurs = each.subscribedEvents.contains(StatusUpdate.eventType)
            if isOurs, !missing.isEmpty {
                Terminal.say("\(each.id) does not have \(missing.joined(separator: ", ")), which linewarden wants too")
            }
        }
    }
}

extension WebhookSubscription {
    /// For programs; Linq's own names.
    var json: JSON {
        .object([
            ("id", .string(id)), ("target_url", .string(targetURL)), ("is_active", .bool(isActive)),
            ("subscribed_events", .array(subscribedEvents.map(JSON.string))),
            ("phone_numbers", .array(phoneNumbers.map(JSON.string))),
            ("created_at", createdAt.map { .string($0.rfc3339) } ?? .null),
            ("updated_at", updatedAt.map { .string($0.rfc3339) } ?? .null),
        ])
    }
}
