import ArgumentParser
import Daemon

@main
struct Linewarden: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "linewarden",
        abstract: "Watches Linq phone lines: pauses a line's sends when it is flagged, pages people, and undoes both.",
        discussion: """
            Linq's webhooks are proved genuine and written to disk before they are acknowledged. A line that is FLAGGED or \
            CRITICAL is paused, and stays paused until evidence says otherwise.

            A first try, on one machine and without an account:

              linewarden check --config config.example.json
              linewarden serve --config /etc/linewarden/config.json
              linewarden sink --listen 127.0.0.1:9000
              linewarden send --to http://127.0.0.1:8080/webhooks/linq --line +12025551234 --status FLAGGED
              linewarden lines

            Exit codes: 0 good, 1 problems found, 64 wrong usage, 69 the daemon cannot be reached, 78 bad configuration.
            """,
        version: Version.current,
        subcommands: [
            Serve.self, Check.self, Doctor.self, Reload.self, Status.self, Lines.self, Pause.self, Resume.self,
            Explain.self,
            Incidents.self, Events.self,
            Deliveries.self, SilenceCommand.self, Replay.self, WhatIf.self, Audit.self, Reconcile.self, Inspect.self,
            LinqCommand.self, LedgerCommand.self,
            Send.self, Sink.self,
        ]
    )
}
