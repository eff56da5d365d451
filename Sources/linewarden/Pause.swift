import ArgumentParser
import JSON

/// What pausing and resuming have in common.
struct OrderOptions: ParsableArguments {
    @OptionGroup var admin: AdminClient

    @Argument(help: ArgumentHelp("The line's number.", valueName: "e164"))
    var line: String

    @Option(help: ArgumentHelp("Why; it is kept in the line's history.", valueName: "words"))
    var reason: String

    @OptionGroup var signature: SignatureOptions

    @Flag(help: "Print the daemon's JSON instead.")
    var json = false

    /// Gives the order; prints what the line may do then.
    func give(_ verb: String, lasting: String? = nil) async throws {
        let order = JSON.object([
            ("reason", .string(reason)), ("by", .string(signature.author)), ("for", lasting.map { .string($0) }),
        ])
        let body = try await admin.order("POST", "/v1/lines/%2B\(line.drop { $0 == "+" })/\(verb)", order)
        if json { return Terminal.say(body.text(pretty: true)) }
        let told = body["line"]
        let reasons = (told?["reasons"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        let until = told?["hold"]?["until"]?.string.map { ", until \($0)" } ?? ""
        Terminal.say("\(line) is \(told?["decision"]?.string ?? "?")\(until)\(reasons.isEmpty ? "" : ": \(reasons)")")
    }
}

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Holds a line back, whatever evidence says.",
        discussion: """
            The line stays paused until it is resumed, or the time is over.

              linewarden pause +12025551234 --reason "customer asked" --for 2h
            """
    )

    @OptionGroup var options: OrderOptions

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long, such as 30m or 2h. Default: until resumed.", valueName: "time")
    )
    var lasting: String?

    func run() async throws { try await options.give("pause", lasting: lasting) }
}

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets a line send: ends a hold, and overrides what evidence says until the next change.",
        discussion: """
              linewarden resume +12025551234 --reason "Linq says the flag is a mistake"
            """
    )

    @OptionGroup var options: OrderOptions

    func run() async throws { try await options.give("resume") }
}
