import ArgumentParser
import HTTPClient
import JSON

/// Filters that all histories have.
struct HistoryOptions: ParsableArguments {
    @OptionGroup var admin: AdminClient

    @Option(help: ArgumentHelp("Only about this line.", valueName: "e164"))
    var line: String?

    @Option(help: "Only in this state.")
    var state: String?

    @Option(help: "How many, the newest first.")
    var limit = 50

    @Flag(help: "Print the daemon's JSON instead.")
    var json = false

    /// Asks for one page.
    func page(_ subject: String, hook: String? = nil) async throws -> JSON {
        let filters = [("line", line), ("state", state), ("hook", hook), ("limit", String(limit))]
        let query = filters.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
        return try await admin.get("/v1/\(subject)?\(query.joined(separator: "&"))")
    }
}

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the events that were stored, newest first.",
        discussion: """
              linewarden events
              linewarden events --line +12025551234
              linewarden events --state quarantined --json
            """
    )

    @OptionGroup var options: HistoryOptions

    func run() async throws {
        let page = try await options.page("events")
        if options.json { return Terminal.say(page.text(pretty: true)) }
        var table = Table(
            "RECEIVED",
            "LINE",
            "STATE",
            "STATUS",
            "REPUTATION",
            "DECISION",
            "EVENT",
            yielding: ["EVENT", "DECISION"]
        )
        for event in page["events"]?.array ?? [] {
            table.add(
                event["received_at"]?.string ?? "?",
                event["phone_number"]?.string ?? "-",
                event["state"]?.string ?? "?",
                event["status"]?["value"]?.string ?? "-",
                event["reputation"]?["value"]?.string ?? "-",
                event["decision"]?.string ?? event["detail"]?.string ?? "-",
                event["event_id"]?.string ?? "?"
            )
        }
        Terminal.say(table.text)
    }
}

struct Incidents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists incidents, newest first.",
        discussion: """
              linewarden incidents --state open
              linewarden incidents --line +12025551234 --json
            """
    )

    @OptionGroup var options: HistoryOptions

    func run() async throws {
        let page = try await options.page("incidents")
        if options.json { return Terminal.say(page.text(pretty: true)) }
        var table = Table("OPENED", "CLOSED", "LINE", "SEVERITY", "INCIDENT", "WHY", yielding: ["WHY", "INCIDENT"])
        for incident in page["incidents"]?.array ?? [] {
            table.add(
                incident["opened_at"]?.string ?? "?",
                incident["closed_at"]?.string ?? "open",
                incident["phone_number"]?.string ?? "?",
                incident["severity"]?.string ?? "?",
                incident["id"]?.string ?? "?",
                (incident["reasons"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
            )
        }
        Terminal.say(table.text)
    }
}

struct Deliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists what was sent to hooks, or waits to be, newest first.",
        discussion: """
              linewarden deliveries --state pending
              linewarden deliveries --state dead --hook ops
            """
    )

    @OptionGroup var options: HistoryOptions

    @Option(help: "Only for this hook.")
    var hook: String?

    func run() async throws {
        let page = try await options.page("deliveries", hook: hook)
        if options.json { return Terminal.say(page.text(pretty: true)) }
        var table = Table(
            "WRITTEN",
            "HOOK",
            "TYPE",
            "LINE",
            "STATE",
            "ATTEMPTS",
            "DELIVERY",
            "ANSWER",
            yielding: ["ANSWER", "DELIVERY", "TYPE"]
        )
        for delivery in page["deliveries"]?.array ?? [] {
            table.add(
                delivery["created_at"]?.string ?? "?",
                delivery["hook"]?.string ?? "?",
                delivery["type"]?.string ?? "?",
                delivery["phone_number"]?.string ?? "-",
                delivery["muted_by"]?.string == nil ? delivery["state"]?.string ?? "?" : "muted",
                String(delivery["attempts"]?.integer ?? 0),
                delivery["id"]?.string ?? "?",
                delivery["muted_by"]?.string ?? delivery["answer"]?.string ?? delivery["last_error"]?.string ?? "-"
            )
        }
        Terminal.say(table.text)
    }
}
