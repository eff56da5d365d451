import ArgumentParser
import Ledger

struct LedgerMigrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the ledger to the version of this linewarden, as a start of the daemon does by itself.",
        discussion: """
            Only while no daemon runs; an older linewarden cannot read it any more afterwards, so make a backup first. \
            Exit code 1 when it was not possible.

              linewarden ledger migrate
            """
    )

    @OptionGroup var options: LedgerOptions

    func run() throws {
        let ledger = try options.file()
        do throws(LedgerError) {
            let (from, to) = try ledger.migrate()
            Terminal.say(
                from == to
                    ? "\(ledger.path) has version \(to) already"
                    : "\(ledger.path) was brought from version \(from) to \(to)"
            )
        } catch {
            Terminal.complain("\(error)")
            if case .locked = error {
                Terminal.complain("nothing is to be done while the daemon runs: it did this when it started")
            }
            throw ExitCode.failure
        }
    }
}
