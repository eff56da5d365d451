import ArgumentParser
import JSON

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells why a line is what it is: which evidence said so, and what followed from it.",
        discussion: """
              linewarden explain +12025551234
            """
    )

    @OptionGroup var admin: AdminClient

    @Argument(help: ArgumentHelp("The line's number.", valueName: "e164"))
    var line: String

    @Flag(help: "Print the daemon's JSON instead.")
    var json = false

    func run() async throws {
        let told = try await admin.get("/v1/lines/%2B\(line.drop { $0 == "+" })")
        if json { return Terminal.say(told.text(pretty: true)) }
        let record = told["line"]
        let reasons = (record?["reasons"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        Terminal.say(
            "\(line) is \(record?["decision"]?.string ?? "?") since \(record?["since"]?.string ?? "?")"
                + (reasons.isEmpty ? "" : ": \(reasons)")
        )
        if let incident = told["incident"]?["id"]?.string { Terminal.say("Its incident is \(incident).") }
        if let audits = told["audits"]?.array, !audits.isEmpty {
            Terminal.say("\nAudits, newest first:")
            for audit in audits { tell(audit: audit) }
        }
        Terminal.say("\nEvidence, newest first:")
        for event in told["evidence"]?.array ?? [] { tell(event) }
        Terminal.say("\nDeliveries, newest first:")
        for delivery in told["deliveries"]?.array ?? [] {
            let answer = delivery["answer"]?.string ?? delivery["last_error"]?.string
            let muted = delivery["muted_by"]?.string.map { ", muted by \($0)" } ?? ""
            let error = (answer.map { ", answered: \($0)" } ?? "") + muted
            let attempts = delivery["attempts"]?.integer ?? 0
            Terminal.say(
                "  \(delivery["created_at"]?.string ?? "?")  \(delivery["type"]?.string ?? "?") to "
                    + "\(delivery["hook"]?.string ?? "?"): \(delivery["state"]?.string ?? "?") after "
                    + "\(attempts) \(attempts == 1 ? "attempt" : "attempts")\(error)"
            )
        }
    }

    private func tell(audit: JSON) {
        let driver = audit["report"]?["primary_driver"]?.string.map { $0.isEmpty ? "nothing to act on" : $0 }
        let result = [driver, audit["detail"]?.string].compactMap { $0 }.joined(separator: "; ")
        var marks = ["\(audit["cause"]?.string ?? "?")"]
        if let id = audit["audit_id"]?.string { marks.append("audit \(id)") }
        if let trace = audit["trace_id"]?.string { marks.append("trace \(trace)") }
        Terminal.say(
            "  \(audit["created_at"]?.string ?? "?")  \(audit["state"]?.string ?? "?")"
                + "\(result.isEmpty ? "" : ": \(result)")\n      \(marks.joined(separator: ", "))"
        )
    }

    private func tell(_ event: JSON) {
        func axis(_ name: String) -> String? {
            guard let value = event[name]?["value"]?.string else { return nil }
            return "\(name) \(value) (\(event[name]?["outcome"]?.string ?? "?"))"
        }
        let axes = [axis("status"), axis("reputation"), axis("membership")].compactMap { $0 }.joined(separator: ", ")
        let gaps = (event["gaps"]?.array ?? []).compactMap(\.string)
        let words = axes.isEmpty ? event["detail"]?.string ?? event["type"]?.string ?? "?" : axes
        Terminal.say(
            "  \(event["received_at"]?.string ?? "?")  \(event["source"]?.string ?? "?"): \(words), as of "
                + "\(event["changed_at"]?.string ?? "?"); then \(event["decision"]?.string ?? "?")"
        )
        var marks = ["event \(event["event_id"]?.string ?? "?")"]
        if let trace = event["trace_id"]?.string { marks.append("trace \(trace)") }
        if let step = event["step"]?.string { marks.append("incident \(step)") }
        if !gaps.isEmpty { marks.append("an event before it is missing (\(gaps.joined(separator: ", ")))") }
        Terminal.say("      \(marks.joined(separator: ", "))")
    }
}
