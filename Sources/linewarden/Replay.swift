import ArgumentParser
import HTTPClient
import JSON

struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Does again what could not be done: reads an event that was kept aside, sends a dead delivery.",
        discussion: """
              linewarden replay delivery dlv_01JCZ8N5F0Q7W1D3K9V2B4M6TX
              linewarden replay event 550e8400-e29b-41d4-a716-446655440000
            """,
        subcommands: [Event.self, Delivery.self]
    )

    struct Event: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads a quarantined event again, as an upgrade may understand it now."
        )

        @OptionGroup var options: ReplayOptions

        func run() async throws {
            let told = try await options.give("events")
            Terminal.say(
                "\(options.id) is \(told["effect"]?.string ?? "?"): \(told["line"]?.string ?? "?") is "
                    + "\(told["decision"]?.string ?? "?")"
            )
        }
    }

    struct Delivery: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends a dead delivery again, unless what it says is no longer so."
        )

        @OptionGroup var options: ReplayOptions

        func run() async throws {
            _ = try await options.give("deliveries")
            Terminal.say("\(options.id) is being sent again")
        }
    }
}

/// What both replays take.
struct ReplayOptions: ParsableArguments {
    @OptionGroup var admin: AdminClient
    @OptionGroup var signature: SignatureOptions

    @Argument(help: "The id, as the history shows it.")
    var id: String

    @Option(help: "Why.")
    var reason: String?

    func give(_ subject: String) async throws -> JSON {
        let order = JSON.object([("reason", reason.map(JSON.string)), ("by", .string(signature.author))])
        return try await admin.order("POST", "/v1/\(subject)/\(PercentEncoding.encode(id))/replay", order)
    }
}

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists what operators did, newest first.",
        discussion: """
              linewarden audit --limit 20
            """
    )

    @OptionGroup var admin: AdminClient

    @Option(help: "How many, the newest first.")
    var limit = 50

    @Flag(help: "Print the daemon's JSON instead.")
    var json = false

    func run() async throws {
        let page = try await admin.get("/v1/audit?limit=\(limit)")
        if json { return Terminal.say(page.text(pretty: true)) }
        var table = Table("WHEN", "WHO", "WHAT", "ON", "WHY", yielding: ["WHY", "ON"])
        for entry in page["audit"]?.array ?? [] {
            table.add(
                entry["at"]?.string ?? "?",
                entry["author"]?.string ?? "?",
                entry["action"]?.string ?? "?",
                entry["subject"]?.string ?? "?",
                entry["reason"]?.string ?? "?"
            )
        }
        Terminal.say(table.text)
    }
}
