import Chrono
package import Crypto
import Delivery
import HTTPClient
import HTTPServer
import Hooks
import Intake
import JSON
import Ledger
import Lines
import Metrics
package import Logging
package import Posix
import Routing
package import Settings
import Systemd

/// The whole, put together: starts, reloads and stops it. Runs inside tests as it does in the executable.
package actor Daemon {
    /// The addresses of the webhook and the admin listener, with the ports the system chose.
    package nonisolated let addresses: (webhook: [ListenAddress], admin: [ListenAddress])
    private let configuration: String
    private let secrets: SecretSource
    private let log: Logger
    private let clock: Clock
    private let client: HTTPClient
    private let ledger: Ledger
    private let reader: LedgerReader
    private let dispatcher: Dispatcher
    private let desk: AdminDesk
    private let webhookHandler: WebhookHandler
    private let adminHandler: AdminHandler
    private let webhookServer: HTTPServer
    private let adminServer: HTTPServer
    private let certificate: TLSCertificate?
    private let instruments: DaemonInstruments
    private let switchboard: Switchboard
    private let pauseProof: PauseProof
    private var settings: Settings
    private var housekeeping: Housekeeping?

    /// Starts everything, or nothing: an error leaves no listener and no lock behind.
    ///
    /// `configuration`: the file the settings were read from, for reloads.
    ///
    /// - Throws: `LedgerError` or `ListenError`, each one sentence for people.
    package init(
        settings: Settings,
        configuration: String,
        secrets: SecretSource = .system,
        log: Logger,
        clock: Clock = .system
    ) async throws {
        self.settings = settings
        self.configuration = configuration
        self.secrets = secrets
        self.log = log
        self.clock = clock
        client = HTTPClient(userAgent: "linewarden/\(Version.current)")
        instruments = DaemonInstruments()
        let board = GateBoard()
        let switchboard = Switchboard()
        self.switchboard = switchboard
        let (wiring, hooks) = Blueprint.wire(settings, client)
        switchboard.wiring = wiring
        ledger = try Ledger(
            directory: settings.stateDirectory,
            clock: clock,
            policy: settings.policy,
            planner: wiring.planner
        ) { report in
            board.update(report.lines)
            switchboard.wake(report.hooks)
        }
        reader = try LedgerReader(path: ledger.path)
        let alerts = Alerts(clock: clock) { [ledger] message, route in
            switchboard.alert(message, route, ledger, at: clock.now())
        }
        switchboard.alertHooks = settings.alertHooks
        switchboard.fallbacks = Blueprint.fallbacks(settings)
        dispatcher = Dispatcher(
            ledger: ledger,
            clock: clock,
            report: DeliveryLog(log: log, instruments: instruments, alerts: alerts).take
        )
        switchboard.dispatcher = dispatcher
        desk = AdminDesk(
            board: board,
            ledger: ledger,
            reader: reader,
            instruments: instruments,
            clock: clock,
            policy: settings.policy,
            closesGateOnFailure: settings.closesGateOnFailure
        )
        let lines: [LineRecord]
        do {
            try await ledger.replan()
            lines = try await Blueprint.allLines(reader, settings.policy)
        } catch {
            throw LedgerError.explain(error, path: ledger.path)
        }
        board.update(lines)
        let records = lines.filter { $0.assessment.decision != .allowed }
        for (hook, target) in hooks {
            if let failure = await target.restore(wiring.held(by: hook.name, of: records)) {
                log.error("hook \(hook.name) could not be brought up to date: \(failure)")
            }
        }
        let book = SubscriptionBook(ledger: ledger)
        try await book.recall(settings.webhook.endpoints.map(\.path), reader)
        pauseProof = PauseProof(
            board: board,
            alerts: alerts,
            grace: .seconds(60),
            clock: clock,
            log: log
        )
        webhookHandler = WebhookHandler(
            endpoints: try await Blueprint.endpoints(settings, reader),
            ledger: ledger,
            instruments: instruments,
            alerts: alerts,
            limits: settings.webhook.limits,
            notices: NoticeDesk(book: book, alerts: alerts, ledger: ledger, switchboard: switchboard, log: log),
            proof: pauseProof,
            clock: clock,
            log: log
        )
        certificate = settings.webhook.tls.map { TLSCertificate($0) }
        adminHandler = AdminHandler(
            desk: desk,
            door: AdminGuard(token: settings.admin.token, names: settings.admin.hosts)
        )
        // The admin listener comes first: who can reach the webhook can also ask how it is.
        let inherited = InheritedSockets.take()
        adminServer = try await HTTPServer(
            name: "admin",
            listen: settings.admin.listen,
            loops: 1,
            clock: clock,
            inherited: inherited,
            handler: adminHandler
        )
        webhookServer = try await HTTPServer(
            name: "webhook",
            listen: settings.webhook.listen,
            loops: min(8, Process.processors),
            limits: settings.webhook.limits,
            clock: clock,
            inherited: inherited,
            tls: certificate,
            report: ServerLog(log: log, clock: clock).take,
            handler: webhookHandler
        )
        addresses = (webhookServer.addresses, adminServer.addresses)
        desk.watch(webhookServer.instruments, certificate)
        desk.onReload { [weak self] in await self?.reload(by: "admin") }
        await dispatcher.adopt(hooks)
        housekeeping = Housekeeping(
            ledger: ledger,
            certificate: certificate,
            alerts: alerts,
            retention: settings.retention,
            clock: clock,
            log: log
        )
    }

    /// Reads the configuration again and takes it over.
    ///
    /// `author`: who asked for it, for the audit trail.
    ///
    /// - Returns: Why the old one stays, one problem a line; nil when the new one is in force.
    package func reload(by author: String) async -> String? {
        let problems = await takeOver()
        let verdict = problems == nil ? "taken over" : "refused: the old one stays"
        ledger.note("configuration.reload", configuration, Signature(author: author, reason: verdict))
        return problems
    }

    private func takeOver() async -> String? {
        Notifier.reloading(monotonicMicroseconds: Int64(clock.steady().nanoseconds / 1_000))
        defer { Notifier.ready("serving") }
        let problems: String
        switch SettingsLoader.load(path: configuration, secrets: secrets) {
        case .unreadable(let reason): problems = reason
        case .bad(let found): problems = found.map(\.description).joined(separator: "\n")
        case .loaded(let new, let warnings):
            for warning in warnings { log.warning("\(warning)") }
            do {
                try await adopt(new)
                log.notice("reloaded \(configuration)")
                instruments.reloads.add(1, "taken")
                return nil
            } catch {
                problems = "the ledger could not take over the new rules: \(error)"
            }
        }
        log.error("keeps the old configuration: \(problems)")
        instruments.reloads.add(1, "refused")
        return problems
    }

    private func adopt(_ new: Settings) async throws {
        if new.needsRestart(after: settings) {
            log.warning("listen addresses, limits, state.directory and webhook.tls begin or end with the next restart")
        }
        let (wiring, hooks) = Blueprint.wire(new, client)
        // What can fail comes first: a reload is taken over as a whole or not at all.
        let endpoints = try await Blueprint.endpoints(new, reader)
        try await ledger.adopt(policy: new.policy, planner: wiring.planner)
        settings = new
        switchboard.wiring = wiring
        switchboard.alertHooks = new.alertHooks
        switchboard.fallbacks = Blueprint.fallbacks(new)
        housekeeping?.adopt(retention: new.retention)
        webhookHandler.adopt(endpoints)
        if let tls = new.webhook.tls { certificate?.replace(with: tls) }
        desk.adopt(new.policy)
        adminHandler.adopt(AdminGuard(token: new.admin.token, names: new.admin.hosts))
        // Nothing may be delivered between the look at the ledger and the restoring: it would be undone by what was true
        // a moment before. What is committed meanwhile waits, and corrects what was restored.
        await dispatcher.finish(within: .seconds(3))
        do {
            let records = try await Blueprint.restrictedLines(reader, new.policy)
            for (hook, target) in hooks { _ = await target.restore(wiring.held(by: hook.name, of: records)) }
        } catch {
            log.error("hooks could not be brought up to date: \(error)")
        }
        await dispatcher.adopt(hooks)
    }

    /// Stops accepting, finishes what is under way, and closes the ledger.
    package func stop() async {
        Notifier.stopping()
        housekeeping?.stop()
        housekeeping = nil
        await webhookServer.stop(within: settings.stopTimeout)
        await dispatcher.finish(within: min(settings.stopTimeout, .seconds(3)))
        await adminServer.stop(within: .seconds(1))
        await client.close()
        await ledger.close()
    }

    /// Checks the ledger's file after an unclean stop; the daemon serves meanwhile.
    package func checkLedger() async {
        guard ledger.wasLeftOpen else { return }
        do {
            if let finding = try await reader.damage() {
                desk.noteDamage(finding)
                log.critical("the ledger is damaged: \(finding); restore a backup")
            } else {
                log.info("the ledger was not closed properly and is sound")
            }
        } catch {
            log.error("the ledger could not be checked: \(error)")
        }
    }
}
