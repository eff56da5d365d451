import ArgumentParser
import Daemon
import Logging
import Posix
import Systemd

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the daemon.",
        discussion: """
            Stops in order on SIGTERM and SIGINT, and reads the configuration again on SIGHUP. Logs to standard error.

              linewarden serve --config /etc/linewarden/config.json
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "How log lines are written: text for people, json for programs.")
    var logFormat = StandardErrorLog.Form.text

    @Option(help: "What is logged: this, and all that is graver.")
    var logLevel = LogLevel.info

    func run() async throws {
        Process.forbidDumps()
        Process.ignoreBrokenPipes()
        Process.raiseDescriptorLimit()
        let log = Logger(label: "linewarden") { _ in StandardErrorLog(form: logFormat, level: logLevel.level) }
        let (settings, warnings) = try configuration.load()
        for warning in warnings { log.warning("\(warning)") }
        // From the first moment a signal means "in order": one that comes while the daemon starts is obeyed after that.
        let signals = Signals()
        let daemon: Daemon
        do {
            daemon = try await Daemon(settings: settings, configuration: configuration.path, log: log)
        } catch {
            log.critical("cannot start: \(error)")
            throw ExitCode.failure
        }
        for address in daemon.addresses.webhook { log.notice("webhook listens on \(address)") }
        for address in daemon.addresses.admin { log.notice("admin listens on \(address)") }
        log.notice("ready: linewarden \(Version.current)")
        Notifier.ready("serving")
        Process.returnStartupPages()
        Task { await daemon.checkLedger() }
        for await signal in signals.stream {
            if signal != Signal.hangUp { break }
            _ = await daemon.reload(by: "SIGHUP")
        }
        log.notice("stopping")
        await daemon.stop()
        log.notice("stopped")
    }
}

extension StandardErrorLog.Form: ExpressibleByArgument {}
/// What is logged, the least grave first.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case debug, info, notice, warning, error

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}
