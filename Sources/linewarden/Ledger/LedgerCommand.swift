import ArgumentParser

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Backs the ledger up, checks it, brings it to the newest version.",
        discussion: """
            The ledger is the file linewarden.db in state.directory. A backup is a whole ledger: to restore one, stop the \
            daemon, remove linewarden.db-wal and linewarden.db-shm if they are there, copy it into place, give it to the \
            user linewarden runs as, and start.

              linewarden ledger backup /var/backups/linewarden-$(date +%F).db
              linewarden ledger check
              linewarden ledger migrate --directory /var/lib/linewarden
            """,
        subcommands: [LedgerBackup.self, LedgerCheck.self, LedgerMigrate.self]
    )
}
