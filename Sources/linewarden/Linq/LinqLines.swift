import ArgumentParser
import JSON
import Linq

struct LinqLines: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lines",
        abstract: "Lists the account's lines as Linq tells of them.",
        discussion: """
            Whether a line is FLAGGED is in no list of Linq's: linewarden lines knows it from webhooks, linewarden linq \
            audit asks.

              linewarden linq lines
              linewarden linq lines --json
            """
    )

    @OptionGroup var options: LinqOptions

    func run() async throws {
        let api = try options.api()
        let lines = try await options.ask { () async throws(PartnerError) in try await api.lines() }
        if options.json {
            return Terminal.say(JSON.object([("lines", .array(lines.map(\.json)))]).text(pretty: true))
        }
        if lines.isEmpty { return Terminal.say("The account has no line.") }
        var table = Table("LINE", "REPUTATION", "FORWARDS TO", "TYPE", "RATE", "ID", yielding: ["ID"])
        for line in lines {
            table.add(
                line.phoneNumber,
                line.reputation ?? "-",
                line.forwardingNumber ?? "-",
                line.lineType ?? "-",
                line.responseRate.map(String.init) ?? "-",
                line.id.description
            )
        }
        Terminal.say(table.text)
    }
}

extension AccountLine {
    /// For programs: every member, null where Linq says nothing.
    var json: JSON {
        let id: JSON = if case .number(let number) = id { .number(number) } else { .string(id.description) }
        return .object([
            ("id", id), ("phone_number", .string(phoneNumber)),
            ("forwarding_number", forwardingNumber.map(JSON.string) ?? .null),
            ("reputation", reputation.map(JSON.string) ?? .null), ("line_type", lineType.map(JSON.string) ?? .null),
            ("response_rate", responseRate.map { .number($0) } ?? .null),
        ])
    }
}
