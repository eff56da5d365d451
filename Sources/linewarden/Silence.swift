import ArgumentParser
import HTTPClient
import JSON

struct SilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Keeps pages about some lines quiet for a while; their sends are paused all the same.",
        discussion: """
            What a silence mutes is in the history, and what is still open when it ends is paged then.

              linewarden silence add --lines '+1202*' --for 2h --reason "Linq is looking into it"
              linewarden silence list
              linewarden silence remove sil_01JCZ8N5F0Q7W1D3K9V2B4M6TX
            """,
        subcommands: [Add.self, List.self, Remove.self],
        defaultSubcommand: List.self
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Mutes pages from now on.")

        @OptionGroup var admin: AdminClient
        @OptionGroup var signature: SignatureOptions

        @Option(help: ArgumentHelp("A number, or a prefix such as +1202*. Default: all lines.", valueName: "e164"))
        var lines: String?

        @Option(
            parsing: .upToNextOption,
            help: "Only incidents of these severities: info, warning, error, critical. Default: all."
        )
        var severity: [String] = []

        @Option(name: .customLong("for"), help: ArgumentHelp("How long, such as 30m or 2h.", valueName: "time"))
        var lasting: String

        @Option(help: "Why; whoever reads the history will want to know.")
        var reason: String

        @Flag(help: "Print the daemon's JSON instead.")
        var json = false

        func run() async throws {
            let order = JSON.object([
                ("lines", lines.map(JSON.string)), ("severities", .array(severity.map(JSON.string))),
                ("for", .string(lasting)), ("reason", .string(reason)), ("by", .string(signature.author)),
            ])
            let told = try await admin.order("POST", "/v1/silences", order)
            if json { return Terminal.say(told.text(pretty: true)) }
            let silence = told["silence"]
            Terminal.say(
                "\(silence?["id"]?.string ?? "?") mutes pages about \(silence?["lines"]?.string ?? "?") until "
                    + "\(silence?["ends_at"]?.string ?? "?")"
            )
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the silences in force.")

        @OptionGroup var admin: AdminClient

        @Flag(help: "Print the daemon's JSON instead.")
        var json = false

        func run() async throws {
            let told = try await admin.get("/v1/silences")
            if json { return Terminal.say(told.text(pretty: true)) }
            var table = Table("SILENCE", "LINES", "SEVERITIES", "ENDS", "BY", "WHY", yielding: ["WHY", "BY"])
            for silence in told["silences"]?.array ?? [] {
                let severities = (silence["severities"]?.array ?? []).compactMap(\.string)
                table.add(
                    silence["id"]?.string ?? "?",
                    silence["lines"]?.string ?? "?",
                    severities.isEmpty ? "all" : severities.joined(separator: ", "),
                    silence["ends_at"]?.string ?? "?",
                    silence["author"]?.string ?? "?",
                    silence["reason"]?.string ?? "?"
                )
            }
            Terminal.say(table.text)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a silence; what it muted and is still open is paged now."
        )

        @OptionGroup var admin: AdminClient
        @OptionGroup var signature: SignatureOptions

        @Argument(help: "The silence's id, from silence list.")
        var id: String

        @Option(help: "Why.")
        var reason: String?

        func run() async throws {
            let order = JSON.object([("reason", reason.map(JSON.string)), ("by", .string(signature.author))])
            _ = try await admin.order("DELETE", "/v1/silences/\(PercentEncoding.encode(id))", order)
            Terminal.say("\(id) is over")
        }
    }
}
