import ArgumentParser
import Ledger
import Settings

/// Which ledger is meant.
struct LedgerOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("The configuration file whose state.directory counts.", valueName: "file")
    )
    var path: String?

    @Option(help: ArgumentHelp("The ledger's directory, instead of that of a configuration.", valueName: "path"))
    var directory: String?

    func validate() throws {
        guard path == nil || directory == nil else {
            throw ValidationError("--config and --directory both say where the ledger is: give one of them.")
        }
    }

    /// The ledger; ends with 78 after saying why when the configuration does not name one, with 1 when there is none.
    func file() throws -> LedgerFile {
        let place = try directory ?? configured()
        do throws(LedgerError) {
            return try LedgerFile(directory: place)
        } catch {
            Terminal.complain("\(error)")
            throw ExitCode.failure
        }
    }

    private func configured() throws -> String {
        let option = try path.map { try ConfigurationOption.parse(["--config", $0]) } ?? ConfigurationOption.parse([])
        if let directory = SettingsLoader.stateDirectory(path: option.path) { return directory }
        return try option.load().settings.stateDirectory
    }
}
