import ArgumentParser
import Chrono
import JSON
import Linq
import Posix

struct LinqAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Has Linq audit a line's reputation, and waits for what it finds.",
        discussion: """
            The only way to ask whether a line is flagged. Linq runs one audit of a line at a time, and wants to be left \
            alone for a while after one. Its result stays readable for 24 hours by its id. Exit code 1 when the line is not \
            HEALTHY.

              linewarden linq audit +12025551234
              linewarden linq audit +12025551234 --id 7d9c6a34-1c55-4b7e-9d0a-0a4d5f1c2b3a
            """
    )

    @OptionGroup var options: LinqOptions

    @Argument(help: ArgumentHelp("The line's number.", valueName: "e164"))
    var line: String

    @Option(help: "Do not start an audit, read this one.")
    var id: String?

    @Option(help: ArgumentHelp("How long to wait for the result.", valueName: "time"))
    var wait = "10m"

    func validate() throws {
        try checkedNumber(line, "LINE")
        guard Span(configuration: wait) != nil else {
            throw ValidationError("--wait takes a time such as 30s or 10m, not '\(wait)'.")
        }
    }

    func run() async throws {
        let api = try options.api()
        let id = if let id { id } else { try await start(api) }
        let watch = AuditWatch(api: api, line: line, id: id, wait: Span(configuration: wait) ?? .minutes(10))
        let signals = Signals([Signal.interrupt, Signal.terminate])
        let watching = Task { () async -> AuditWatch.Ending in await watch.result() }
        let listening = Task {
            for await _ in signals.stream { watching.cancel() }
        }
        let ending = await watching.value
        listening.cancel()
        let remedy = "go on with: linewarden linq audit \(line) --id \(id)"
        switch ending {
        case .result(let result): try show(result)
        case .stopped:
            Terminal.complain("stopped waiting; the audit goes on at Linq. To \(remedy)")
            throw ExitCode.failure
        case .tooLate:
            Terminal.complain("the audit is not complete after \(wait). To \(remedy)")
            throw ExitCode.failure
        case .failed(let error):
            Terminal.complain("\(error). To \(remedy)")
            throw error.exitCode
        }
    }

    private func start(_ api: PartnerAPI) async throws -> String {
        do throws(PartnerError) {
            return try await api.startAudit(of: line).id
        } catch {
            if error.status == 409, let running = error.auditID {
                Terminal.complain("an audit of \(line) is running already; waiting for that one")
                return running
            }
            Terminal.complain(error.description)
            if error.status == 409 {
                Terminal.complain(
                    "an audit of \(line) is running already, whose id Linq does not tell; if you have it, use --id"
                )
            } else if error.status == 429, error.retryAfter == nil {
                Terminal.complain("Linq does not say when \(line) can be audited again")
            }
            throw error.exitCode
        }
    }

    private func show(_ result: AuditResult) throws {
        let report = result.report
        if options.json {
            let told = JSON.object([
                ("audit_id", .string(result.id)), ("phone_number", .string(line)),
                ("status", result.status == .complete ? "complete" : "error"),
                ("error", result.error.map(JSON.string)),
                ("generated_at", result.generatedAt.map { .string($0.rfc3339) }),
                ("is_flagged", report.map { .bool($0.isFlagged) }), ("report", report?.json),
            ])
            Terminal.say(told.text(pretty: true))
        } else if let report {
            Terminal.say(AuditText(line: line, report: report, generatedAt: result.generatedAt).text)
        } else {
            Terminal.complain("the audit of \(line) failed: \(result.error ?? "Linq gives no reason")")
        }
        guard let report, report.severity == "HEALTHY", !report.isFlagged else { throw ExitCode.failure }
    }
}
