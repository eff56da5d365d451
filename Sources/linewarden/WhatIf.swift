import ArgumentParser
import JSON
import Posix

struct WhatIf: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whatif",
        abstract: "Tells what an event would do, without doing it: nothing is stored and nothing is sent.",
        discussion: """
              linewarden whatif --line +12025551234 --status FLAGGED
              linewarden whatif --event event.json
            """
    )

    @OptionGroup var admin: AdminClient

    @Option(help: ArgumentHelp("The line's number.", valueName: "e164"))
    var line: String?

    @Option(help: "Its new status, such as ACTIVE or FLAGGED.")
    var status: String?

    @Option(help: "Its new reputation: HEALTHY, AT_RISK or CRITICAL.")
    var reputation: String?

    @Option(help: ArgumentHelp("A file with an event as Linq sends it, instead.", valueName: "path"))
    var event: String?

    @Flag(help: "Print the daemon's JSON instead.")
    var json = false

    func validate() throws {
        if event == nil, line == nil || status == nil && reputation == nil {
            throw ValidationError("Name a line with a status or a reputation, or a file with --event.")
        }
        if event != nil, line != nil || status != nil || reputation != nil {
            throw ValidationError("--event says everything; leave out --line, --status and --reputation.")
        }
    }

    func run() async throws {
        let told = try await admin.order("POST", "/v1/whatif", try supposed())
        if json { return Terminal.say(told.text(pretty: true)) }
        let effect = told["effect"]?.string ?? "?"
        guard let line = told["line"]?.string else {
            return Terminal.say("It would be \(effect): \(told["detail"]?.string ?? "?")")
        }
        let reasons = (told["reasons"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        let before = told["decision_before"]?.string ?? "?"
        let after = told["decision"]?.string ?? "?"
        Terminal.say(
            (before == after ? "\(line) would stay \(after)" : "\(line) would go from \(before) to \(after)")
                + (reasons.isEmpty ? "" : ": \(reasons)") + (effect == "stale" ? " (newer evidence is known)" : "")
        )
        if let step = told["incident"]?.string { Terminal.say("Its incident would be \(step).") }
        let deliveries = told["deliveries"]?.array ?? []
        if deliveries.isEmpty { Terminal.say("No hook would be told anything.") }
        for delivery in deliveries {
            let muted = delivery["muted_by"]?.string.map { ", muted by \($0)" } ?? ""
            Terminal.say("  \(delivery["type"]?.string ?? "?") to \(delivery["hook"]?.string ?? "?")\(muted)")
        }
    }

    private func supposed() throws -> JSON {
        guard let event else {
            return JSON.object([
                ("line", line.map(JSON.string)), ("status", status.map(JSON.string)),
                ("reputation", reputation.map(JSON.string)),
            ])
        }
        do {
            return try JSON.parse(try File.read(event))
        } catch {
            Terminal.complain("\(event) is not a file with JSON: \(error)")
            throw ExitCode.failure
        }
    }
}
