import ArgumentParser
import Chrono
import JSON

struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has the daemon read its configuration again, and says whether it took it.",
        discussion: """
            The daemon keeps the old configuration when the new one is bad; its problems are printed then, and the exit \
            code is 1.

              linewarden reload
            """
    )

    @OptionGroup var admin: AdminClient

    func run() async throws {
        let (status, body) = try await admin.ask("POST", "/v1/reload", timeout: .seconds(30))
        if status == 200 { return Terminal.say("The new configuration is in force.") }
        Terminal.complain(body["detail"]?.string ?? "linewarden answered HTTP \(status)")
        Terminal.complain("The old configuration stays in force.")
        throw ExitCode.failure
    }
}
