import ArgumentParser

@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "linewarden-bench",
        abstract: "Measures linewarden and its peers; Tests/bench/run uses it.",
        subcommands: [
            Load.self, Pause.self, SinkCommand.self, Storage.self, Fill.self, Connections.self, ServeNull.self,
        ]
    )
}
