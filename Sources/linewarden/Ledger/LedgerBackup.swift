import ArgumentParser
import JSON
import Ledger

struct LedgerBackup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies the ledger as it is at one moment, while the daemon goes on.",
        discussion: """
            The copy is compact, was checked, and is on the disk when it gets its name; nothing is ever replaced. It is \
            for its owner and group alone, because it holds what Linq sent. Exit code 1 when there is no backup.

              linewarden ledger backup /var/backups/linewarden-$(date +%F).db
              linewarden ledger backup --directory /var/lib/linewarden /mnt/backup/linewarden.db --json
            """
    )

    @OptionGroup var options: LedgerOptions

    @Argument(help: ArgumentHelp("Where the copy goes.", valueName: "file"))
    var target: String

    @Flag(help: "Print one JSON object instead.")
    var json = false

    func run() throws {
        let ledger = try options.file()
        let bar = ProgressBar("copying \(ledger.path)")
        let bytes: Int
        let version: Int
        do {
            bytes = try ledger.backup(to: target, progress: bar.show)
            version = try ledger.version()
        } catch {
            bar.clear()
            Terminal.complain("\(error)")
            throw ExitCode.failure
        }
        bar.clear()
        if json {
            let told = JSON.object([
                ("file", .string(target)), ("bytes", .number(bytes)), ("version", .number(version)),
            ])
            return Terminal.say(told.text(pretty: true))
        }
        Terminal.say("\(target) is a whole copy of \(ledger.path): \(bytes.asSize), version \(version), checked")
    }
}
