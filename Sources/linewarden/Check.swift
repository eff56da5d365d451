import ArgumentParser
import JSON
import Settings

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks a configuration, and says what it will do.",
        discussion: """
            Reads the file exactly as serve does, secrets included, and changes nothing. All problems of a bad file are \
            printed at once, each as file:line:column: key: what is wrong. Exit code 78 then.

              linewarden check --config /etc/linewarden/config.json
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    @Flag(help: "Print one JSON object instead.")
    var json = false

    func run() throws {
        if json { return try runJSON() }
        let (settings, warnings) = try configuration.load()
        for warning in warnings { Terminal.complain(warning.description) }
        Terminal.say(SettingsSummary(settings).text)
        Terminal.say("\n\(configuration.path) is good" + (warnings.isEmpty ? "." : ", with the warnings above."))
    }

    private func runJSON() throws {
        func problems(_ list: [ConfigurationProblem]) -> JSON {
            .array(
                list.map { problem in
                    .object([
                        ("file", .string(problem.file)), ("line", .number(problem.line)),
                        ("column", .number(problem.column)), ("key", .string(problem.key)),
                        ("message", .string(problem.message)), ("is_warning", .bool(problem.isWarning)),
                    ])
                }
            )
        }
        switch SettingsLoader.load(path: configuration.path) {
        case .loaded(let settings, let warnings):
            let body = JSON.object([
                ("good", true), ("problems", problems(warnings)), ("routes", SettingsSummary(settings).routes),
            ])
            Terminal.say(body.text(pretty: true))
        case .bad(let list):
            Terminal.say(JSON.object([("good", false), ("problems", problems(list))]).text(pretty: true))
            throw ExitCode.badConfiguration
        case .unreadable(let reason):
            Terminal.say(JSON.object([("good", false), ("problems", .array([.string(reason)]))]).text(pretty: true))
            throw ExitCode.badConfiguration
        }
    }
}
