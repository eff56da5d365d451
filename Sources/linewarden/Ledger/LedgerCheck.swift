import ArgumentParser
import JSON
import Ledger

struct LedgerCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Looks for damage in the ledger, whether the daemon runs or not.",
        discussion: """
            Changes nothing. Exit code 1 when something was found: stop the daemon then, keep the file, and restore a \
            backup.

              linewarden ledger check
              linewarden ledger check --quick --directory /var/lib/linewarden
            """
    )

    @OptionGroup var options: LedgerOptions

    @Flag(help: "Only the structure of the file, not whether its indexes agree with its tables.")
    var quick = false

    @Flag(help: "Print one JSON object instead.")
    var json = false

    func run() throws {
        let ledger = try options.file()
        let bar = ProgressBar("checking \(ledger.path)")
        let findings: [String]
        do throws(LedgerError) {
            bar.count()
            findings = try ledger.check(thorough: !quick)
        } catch {
            bar.clear()
            Terminal.complain("\(error)")
            throw ExitCode.failure
        }
        bar.clear()
        // What is damaged may not tell its version.
        let version = try? ledger.version()
        if json {
            let told = JSON.object([
                ("file", .string(ledger.path)), ("good", .bool(findings.isEmpty)),
                ("findings", .array(findings.map(JSON.string))), ("version", version.map { .number($0) } ?? .null),
                ("known_version", .number(LedgerFile.knownVersion)),
            ])
            Terminal.say(told.text(pretty: true))
        } else {
            tell(ledger, findings, version)
        }
        if !findings.isEmpty { throw ExitCode.failure }
    }

    private func tell(_ ledger: LedgerFile, _ findings: [String], _ version: Int?) {
        guard findings.isEmpty, let version else {
            Terminal.say("\(ledger.path) is DAMAGED: stop the daemon, keep the file, and restore a backup")
            for finding in findings { Terminal.say("  \(finding)") }
            return
        }
        let known = LedgerFile.knownVersion
        let age =
            version < known
            ? ", older than this linewarden's \(known): the next start brings it there"
            : version > known ? ", newer than the \(known) that this linewarden knows" : ""
        Terminal.say("\(ledger.path) is sound: version \(version)\(age)")
    }
}
