import ArgumentParser
import JSON

struct Lines: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists lines with what their senders may do, and why.",
        discussion: """
              linewarden lines
              linewarden lines --paused
              linewarden lines --json | jq '.lines[] | select(.decision == "paused") | .phone_number'
            """
    )

    @OptionGroup var admin: AdminClient

    @Flag(help: "Only lines that are paused.")
    var paused = false

    @Flag(help: "Print JSON instead.")
    var json = false

    func run() async throws {
        var lines: [JSON] = []
        var after: String?
        repeat {
            let filter = paused ? "&decision=paused" : ""
            // A plus sign stands for itself in our queries; encoded it survives every other reading of them too.
            let from = after.map { "&after=%2B\($0.dropFirst())" } ?? ""
            let page = try await admin.get("/v1/lines?limit=1000\(filter)\(from)")
            lines += page["lines"]?.array ?? []
            after = page["next_after"]?.string
        } while after != nil
        if json { return Terminal.say(JSON.object([("lines", .array(lines))]).text(pretty: true)) }
        if lines.isEmpty { return Terminal.say(paused ? "No line is paused." : "No line is known yet.") }
        var table = Table("LINE", "DECISION", "SINCE", "STATUS", "REPUTATION", "WHY", yielding: ["WHY", "SINCE"])
        for line in lines {
            table.add(
                line["phone_number"]?.string ?? "?",
                line["decision"]?.string ?? "?",
                line["since"]?.string ?? "?",
                line["status"]?["value"]?.string ?? "-",
                line["reputation"]?["value"]?.string ?? "-",
                (line["reasons"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
            )
        }
        Terminal.say(table.text)
    }
}
