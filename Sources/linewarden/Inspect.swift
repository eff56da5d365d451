import ArgumentParser
import Chrono
import JSON
import Posix

struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has the daemon let Linq audit a line, and take what it finds as evidence.",
        discussion: """
            An audit is the only way to learn that a line is flagged without a delivery that says so: if it is, the line is \
            paused. That an audit names no flag clears none. linewarden linq audit asks Linq without the daemon.

              linewarden inspect +12025551234
            """
    )

    @OptionGroup var admin: AdminClient

    @Argument(help: ArgumentHelp("The line's number.", valueName: "e164"))
    var line: String

    @OptionGroup var signature: SignatureOptions

    @Option(help: ArgumentHelp("How long to wait for what it finds.", valueName: "time"))
    var wait = "10m"

    @Flag(help: "Print the daemon's JSON instead.")
    var json = false

    func validate() throws {
        guard Span(configuration: wait) != nil else {
            throw ValidationError("--wait takes a time such as 30s or 10m, not '\(wait)'.")
        }
    }

    func run() async throws {
        let path = "/v1/lines/%2B\(line.drop { $0 == "+" })"
        let order = JSON.object([("by", .string(signature.author))])
        let id = try await admin.order("POST", "\(path)/audit", order)["audit"]?["id"]?.string
        let end = Clock.system.steady() + (Span(configuration: wait) ?? .minutes(10))
        var pause = Span.milliseconds(250)
        while true {
            let (status, told) = try await admin.ask("GET", path)
            let audits = status == 200 ? told["audits"]?.array ?? [] : []
            let audit = audits.first { $0["id"]?.string == id }
            if let audit, audit["state"]?.string != "pending" { return try show(audit) }
            if Clock.system.steady() + pause > end {
                let why = audit?["detail"]?.string.map { ": \($0)" } ?? ""
                Terminal.complain("there is no result yet\(why). linewarden explain \(line) will show it")
                throw ExitCode.failure
            }
            try await Task.sleep(for: .microseconds(pause.microseconds))
            pause = min(pause * 2, .seconds(5))
        }
    }

    private func show(_ audit: JSON) throws {
        if json {
            Terminal.say(audit.text(pretty: true))
        } else if audit["state"]?.string == "complete" {
            let report = audit["report"]
            let driver = report?["primary_driver"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            let cause = driver.map { ", above all because of \($0)" } ?? ""
            Terminal.say("\(line) is \(report?["severity"]?.string ?? "of unknown severity")\(cause)")
            for item in report?["action_items"]?.array ?? [] {
                Terminal.say("  \(item["title"]?.string ?? "?"): \(item["detail"]?.string ?? "")")
            }
        } else {
            Terminal.complain("the audit failed: \(audit["detail"]?.string ?? "no reason is given")")
        }
        if audit["state"]?.string != "complete" { throw ExitCode.failure }
    }
}
