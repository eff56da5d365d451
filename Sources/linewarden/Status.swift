import ArgumentParser
import JSON

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says whether everything is fine.",
        discussion: """
            The first line is the verdict; what is not fine follows, the gravest first, and then the facts. That lines are \
            paused is a fact: it is what linewarden is for.

            Exit code 0 when everything is fine, 1 when something is not, 69 when the daemon does not answer.

              linewarden status
              linewarden status --admin unix:/run/linewarden/admin.sock --json
            """
    )

    @OptionGroup var admin: AdminClient

    @Flag(help: "Print the daemon's JSON instead.")
    var json = false

    func run() async throws {
        let status = try await admin.get("/v1/status")
        let isFine = status["fine"]?.bool ?? false
        if json {
            Terminal.say(status.text(pretty: true))
        } else {
            judge(status, isFine)
            describe(status)
        }
        if !isFine { throw ExitCode.failure }
    }

    private func judge(_ status: JSON, _ isFine: Bool) {
        let palette = Palette(showsColours: Terminal.showsColours)
        let paused = status["lines"]?["paused"]?.integer ?? 0
        let also = paused == 0 ? "" : paused == 1 ? "; 1 line is paused" : "; \(paused) lines are paused"
        if isFine { return Terminal.say(palette.paint("everything is fine", .good) + also) }
        let problems = (status["problems"]?.array ?? []).compactMap(\.string)
        let verdict = problems.count == 1 ? "1 thing is not fine" : "\(problems.count) things are not fine"
        Terminal.say(palette.paint(verdict, .bad) + also)
        for problem in problems { Terminal.say("  \(problem)") }
    }

    private func describe(linq: JSON?) {
        guard let linq, !linq.isNull else { return }
        let compared =
            linq["reconciled_at"]?.string.map { "last compared with its list at \($0)" } ?? "not compared yet"
        Terminal.say("Linq: \(compared), \(linq["differences"]?.integer ?? 0) differences since the start")
        if let failure = linq["failure"], let reason = failure["reason"]?.string {
            Terminal.say("Linq CANNOT BE ASKED since \(failure["since"]?.string ?? "?"): \(reason)")
        }
        guard let subscription = linq["subscription"], !subscription.isNull else { return }
        if subscription["known"]?.bool == false {
            Terminal.say("subscription: not known which is ours; set linq.webhook_url")
        } else if subscription["ok"]?.bool == true {
            Terminal.say("subscription: as it should be")
        }
        for problem in subscription["problems"]?.array ?? [] {
            Terminal.say("subscription: NOT AS IT SHOULD BE: \(problem.string ?? "?")")
        }
    }

    private func describe(_ status: JSON) {
        func count(_ decision: String) -> Int64 { status["lines"]?[decision]?.integer ?? 0 }
        Terminal.say(
            "\nlinewarden \(status["version"]?.string ?? "?"), up since \(status["started_at"]?.string ?? "?")"
        )
        Terminal.say(status["ready"]?.bool ?? false ? "ready: what arrives is stored" : "NOT READY")
        Terminal.say("lines: \(count("paused")) paused, \(count("slowed")) slowed, \(count("allowed")) allowed")
        Terminal.say("last event: \(status["last_event_at"]?.string ?? "none yet")")
        describe(linq: status["linq"])
        for hook in status["broken_hooks"]?.array ?? [] {
            Terminal.say(
                "hook \(hook["hook"]?.string ?? "?") is broken since \(hook["since"]?.string ?? "?"): "
                    + "\(hook["reason"]?.string ?? "?")"
            )
        }
        if let seconds = status["certificate_seconds"]?.integer {
            Terminal.say("certificate: lasts for \(seconds / 86_400) days")
        }
        let silences = status["silences"]?.integer ?? 0
        if silences > 0 { Terminal.say("silences: \(silences) in force, see linewarden silence list") }
        let pending = status["pending"]?.array ?? []
        if pending.isEmpty { Terminal.say("deliveries: none waits") }
        for entry in pending {
            let number = entry["deliveries"]?.integer ?? 0
            Terminal.say(
                "deliveries: \(number) \(number == 1 ? "waits" : "wait") for \(entry["hook"]?.string ?? "?"), "
                    + "the oldest since \(entry["oldest"]?.string ?? "?")"
            )
        }
    }
}
