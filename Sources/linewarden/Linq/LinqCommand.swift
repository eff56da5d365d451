import ArgumentParser

struct LinqCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "linq",
        abstract: "Asks Linq itself: lines, forwarding, webhook subscriptions, reputation audits.",
        discussion: """
            The key is the one of the configuration's linq section when --config is given, else of the environment \
            variable LINQ_API_V3_API_KEY (with LINQ_API_V3_BASE_URL, as for Linq's SDKs), else of the configuration at its \
            usual place. The daemon need not run.

              linewarden linq lines
              linewarden linq forward +12025551234 +12025559999
              linewarden linq subscribe --url https://hooks.example.com/webhooks/linq --secret-file /etc/linewarden/linq
              linewarden linq audit +12025551234

            Exit codes: 0 good, 1 refused by Linq or problems found, 64 wrong usage, 69 Linq cannot be reached, 78 bad \
            configuration.
            """,
        subcommands: [
            LinqLines.self, LinqForward.self, LinqSubscriptions.self, LinqSubscribe.self, LinqAudit.self,
        ]
    )
}
