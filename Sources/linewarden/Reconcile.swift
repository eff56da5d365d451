import ArgumentParser
import Chrono
import JSON

struct Reconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has the daemon compare its lines, and the subscription, with what Linq says now.",
        discussion: """
            The daemon does so by itself every linq.reconcile_every, and after a gap. Exit code 1 when deliveries had been \
            missed, or the subscription is not as it should be.

              linewarden reconcile
            """
    )

    @OptionGroup var admin: AdminClient

    @Flag(help: "Print the daemon's JSON instead.")
    var json = false

    func run() async throws {
        // As long as the daemon tries to have an answer of Linq's.
        let (status, body) = try await admin.ask("POST", "/v1/reconcile", timeout: .seconds(200))
        guard status == 200 else {
            Terminal.complain(body["detail"]?.string ?? "linewarden answered HTTP \(status)")
            throw ExitCode.failure
        }
        let differences = body["differences"]?.array ?? []
        let problems = body["linq"]?["subscription"]?["problems"]?.array ?? []
        if json {
            Terminal.say(body.text(pretty: true))
        } else {
            describe(body, differences)
            for problem in problems { Terminal.say("subscription: \(problem.string ?? "?")") }
        }
        if !differences.isEmpty || !problems.isEmpty { throw ExitCode.failure }
    }

    private func describe(_ body: JSON, _ differences: [JSON]) {
        let count = body["lines"]?.integer ?? 0
        Terminal.say("compared with Linq's list of \(count) \(count == 1 ? "line" : "lines")")
        for line in body["learnt"]?.array ?? [] { Terminal.say("  \(line.string ?? "?") is new here") }
        for line in body["retired"]?.array ?? [] { Terminal.say("  \(line.string ?? "?") has left the account") }
        for difference in differences {
            Terminal.say(
                "  \(difference["phone_number"]?.string ?? "?") is \(difference["listed"]?.string ?? "?"), and was "
                    + "\(difference["known"]?.string ?? "?") by its deliveries: some were missed"
            )
        }
        if differences.isEmpty { Terminal.say("nothing had been missed") }
    }
}
