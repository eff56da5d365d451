import ArgumentParser
import JSON

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at the whole set-up, and says what is wrong and what to do about it.",
        discussion: """
            Looks at configuration, secrets, daemon, ledger, clock, certificate, the key to Linq's API, the subscription that \
            feeds linewarden, and whether every hook can be reached. It changes nothing, and sends hooks nothing unless \
            --send-test is given: THEN PEOPLE ARE PAGED. Exit code 0 when nothing is wrong, else 1.

            It sees what its user and its environment can see. For those of the service:

              systemd-run --pipe --wait -p EnvironmentFile=/etc/linewarden/environment linewarden doctor

              linewarden doctor --config /etc/linewarden/config.json
              linewarden doctor --config /etc/linewarden/config.json --send-test
              linewarden doctor --json
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    @OptionGroup var admin: AdminClient

    @Flag(help: "Really send a message of type test through every hook that people read: they are paged.")
    var sendTest = false

    @Flag(help: "Print one JSON object instead.")
    var json = false

    func run() async throws {
        let checkup = Checkup(path: configuration.path, admin: admin, sendsTest: sendTest)
        if sendTest {
            Terminal.complain("A test message goes out through every hook that people read: they are paged.")
        }
        let diagnosis = await checkup.diagnosis()
        Terminal.say(json ? diagnosis.json.text(pretty: true) : diagnosis.text(colours: Terminal.hasColours))
        if !diagnosis.isHealthy { throw ExitCode.failure }
    }
}
