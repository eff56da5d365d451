import ArgumentParser
import Chrono
import Daemon
import Logging
import Posix

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the daemon.",
        discussion: """
            Stops in order on SIGTERM and SIGINT, and reads the configuration again on SIGHUP. Logs to standard error.

              linewarden serve --config /etc/linewarden/config.json
            """
    )

    /// For how long the service manager is asked to be patient with a start.
    private static let longestStart = Span.seconds(1_800)

    @OptionGroup var configuration: ConfigurationOption

    @Option(
        help: "How log lines are written: text for people, json for programs. Default: text, fields to the journal."
    )
    var logFormat: LogText.Form?

    @Option(help: "What is logged: this, and all that is graver.")
    var logLevel = LogLevel.info

    func run() async throws {
        Process.keepMemoryLow()
        Process.forbidDumps()
        Process.ignoreBrokenPipes()
        Process.raiseDescriptorLimit()
        let lines = LogQueue.standardError(form: logFormat)
        let log = Logger(label: "linewarden") { _ in QueuedLog(lines, level: logLevel.level) }
        let (settings, warnings) = try configuration.load()
        for warning in warnings { log.warning("\(warning)", metadata: LogKind.configurationDoubt.about()) }
        // From the first moment a signal means "in order": one that comes while the daemon starts is obeyed after that.
        let signals = Signals()
        let daemon: Daemon
        do {
            let patience = Patience(within: Self.longestStart)
            defer { withExtendedLifetime(patience) {} }
            daemon = try await Daemon(settings: settings, configuration: configuration.path, log: log)
        } catch {
            log.critical("cannot start: \(error)", metadata: LogKind.cannotStart.about())
            await lines.flush(within: .seconds(1))
            throw ExitCode.failure
        }
        for address in daemon.addresses.webhook {
            log.notice("webhook listens on \(address)", metadata: LogKind.listening.about())
        }
        for address in daemon.addresses.admin {
            log.notice("admin listens on \(address)", metadata: LogKind.listening.about())
        }
        log.notice("ready: linewarden \(Version.current)", metadata: LogKind.ready.about())
        await daemon.announce()
        Process.returnStartupPages()
        Task {
            await daemon.checkLedger()
            // Once more when the first chores are done, of which the next is an hour away.
            await QueueExecutor(label: "start").pause(.seconds(1))
            Process.returnFreeMemory()
            Process.returnStartupPages()
        }
        for await signal in signals.stream {
            if signal != Signal.hangUp { break }
            _ = await daemon.reload(by: "SIGHUP")
        }
        log.notice("stopping", metadata: LogKind.stopping.about())
        await daemon.stop()
        log.notice("stopped", metadata: LogKind.stopped.about())
        await lines.flush(within: .seconds(1))
    }
}

extension LogText.Form: ExpressibleByArgument {}
/// What is logged, the least grave first.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case debug, info, notice, warning, error

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}
