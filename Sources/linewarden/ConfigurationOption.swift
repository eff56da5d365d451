import ArgumentParser
import JSON
import Settings

/// `--config`, and what every command does with a file that is not good.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("The configuration file.", valueName: "file")
    )
    var path = "/etc/linewarden/config.json"

    /// Reads the file; prints every problem of a bad one and ends with 78.
    func load() throws -> (settings: Settings, warnings: [ConfigurationProblem]) {
        switch SettingsLoader.load(path: path) {
        case .loaded(let settings, let warnings):
            return (settings, warnings)
        case .bad(let problems):
            for problem in problems { Terminal.complain(problem.description) }
            throw ExitCode.badConfiguration
        case .unreadable(let reason):
            Terminal.complain(reason)
            throw ExitCode.badConfiguration
        }
    }
}
