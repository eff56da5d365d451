import ArgumentParser
import JSON

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says whether everything is fine.",
        discussion: """
            Exit code 0 when the daemon can store what it receives, 1 when it cannot, 69 when it does not answer.

              linewarden status
              linewarden status --admin unix:/run/linewarden/admin.sock --json
            """
    )

    @OptionGroup var admin: AdminClient

    @Flag(help: "Print the daemon's JSON instead.")
    var json = false

    func run() async throws {
        let status = try await admin.get("/v1/status")
        let isReady = status["ready"]?.bool ?? false
        if json {
            Terminal.say(status.text(pretty: true))
        } else {
            describe(status, isReady)
        }
        if !isReady { throw ExitCode.failure }
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

    private func describe(_ status: JSON, _ isReady: Bool) {
        func count(_ decision: String) -> Int64 { status["lines"]?[decision]?.integer ?? 0 }
        Terminal.say("linewarden \(status["version"]?.string ?? "?"), up since \(status["started_at"]?.string ?? "?")")
        Terminal.say(isReady ? "ready: what arrives is stored" : "NOT READY:")
        for reason in status["reasons"]?.array ?? [] { Terminal.say("  \(reason.string ?? "")") }
        Terminal.say("lines: \(count("paused")) paused, \(count("slowed")) slowed, \(count("allowed")) allowed")
        Terminal.say("last event: \(status["last_event_at"]?.string ?? "none yet")")
        describe(linq: status["linq"])
        for hook in status["broken_hooks"]?.array ?? [] {
            Terminal.say(
                "hook \(hook["hook"]?.string ?? "?") is broken since \(hook["since"]?.string ?? "?"): "
                    + "\(hook["reason"]?.string ?? "?")"
            )
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
