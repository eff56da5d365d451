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
    let configuration: String
    let secrets: SecretSource
    let log: Logger
    let clock: Clock
    let client: HTTPClient
    let ledger: Ledger
    let reader: LedgerReader
    let dispatcher: Dispatcher
    let desk: AdminDesk
    let webhookHandler: WebhookHandler
    let adminHandler: AdminHandler
    let webhookServer: HTTPServer
    let adminServer: HTTPServer
    let certificate: TLSCertificate?
    let instruments: DaemonInstruments
    let switchboard: Switchboard
    let memories = HookMemories()
    let pauseProof: PauseProof
    private let accountTools: AccountTools
    var settings: Settings
    private(set) var housekeeping: Housekeeping?
    let statusLine: StatusLine
    var watchdog: Watchdog?

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
        let feed = DecisionFeed(board: board, clock: clock)
        let switchboard = Switchboard()
        self.switchboard = switchboard
        let (wiring, hooks) = Blueprint.wire(settings, client, memories)
        switchboard.wiring = wiring
        ledger = try Ledger(
            directory: settings.stateDirectory,
            clock: clock,
            policy: settings.policy,
            planner: wiring.planner
        ) { report in
            board.update(report.lines)
            feed.publish(report.lines)
            switchboard.wake(report.hooks)
            if report.lines.contains(where: { $0.incident != nil }) { switchboard.account?.incidentsChanged() }
        }
        memories.adopt(ledger)
        if let version = ledger.migratedFrom {
            log.notice("the ledger was brought from version \(version) to \(LedgerFile.knownVersion)")
        }
        reader = try LedgerReader(path: ledger.path)
        let alerts = Alerts(clock: clock) { [ledger] message, route in
            switchboard.alert(message, route, ledger, at: clock.now())
        }
        statusLine = StatusLine(board: board, ledger: ledger, reader: reader)
        switchboard.alertHooks = settings.alertHooks
        switchboard.fallbacks = Blueprint.fallbacks(settings)
        dispatcher = Dispatcher(
            ledger: ledger,
            clock: clock,
            report: DeliveryLog(log: log, instruments: instruments, alerts: alerts, reader: reader, clock: clock).take
        )
        switchboard.dispatcher = dispatcher
        desk = AdminDesk(
            board: board,
            feed: feed,
            ledger: ledger,
            reader: reader,
            instruments: instruments,
            clock: clock,
            policy: settings.policy,
            closesGateOnFailure: settings.closesGateOnFailure,
            switchboard: switchboard
        )
        let lines: [LineRecord]
        do {
            try await ledger.replan()
            try await reader.plainLines { board.assume($0, since: $1) }
            lines = try await reader.remarkableLines(settings.policy)
        } catch {
            throw LedgerError.explain(error, path: ledger.path)
        }
        board.update(lines)
        feed.assume(lines)
        feed.start()
        let records = lines.filter { $0.assessment.decision != .allowed }
        for (hook, target) in hooks {
            if let failure = await target.restore(wiring.held(by: hook.name, of: records)) {
                log.error(
                    "hook \(hook.name) could not be brought up to date: \(failure)",
                    metadata: LogKind.hookBehind.about(["hook": "\(hook.name)"])
                )
            }
        }
        let book = SubscriptionBook(ledger: ledger)
        try await book.recall(settings.webhook.endpoints.map(\.path), reader)
        pauseProof = PauseProof(
            board: board,
            alerts: alerts,
            grace: settings.linq?.pauseGrace ?? PauseProof.usualGrace,
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
        accountTools = AccountTools(
            ledger: ledger,
            reader: reader,
            book: book,
            alerts: alerts,
            instruments: instruments,
            clock: clock,
            log: log
        )
        webhookHandler.onSignal { signal in switchboard.account?.take(signal) }
        addresses = (webhookServer.addresses, adminServer.addresses)
        desk.watch(webhookServer.instruments, certificate)
        desk.onReload { [weak self] in await self?.reload(by: "admin") }
        instruments.adopt(hooks: hooks.map(\.settings.name))
        await dispatcher.adopt(hooks)
        housekeeping = Housekeeping(
            ledger: ledger,
            certificate: certificate,
            alerts: alerts,
            retention: settings.retention,
            clock: clock,
            log: log
        )
        await look(settings.linq)
    }

    /// Looks at Linq's side as a configuration wants it, and no longer as another one did.
    func look(_ linq: LinqSettings?) async {
        await switchboard.account?.stop()
        let account = linq.map { Account($0, client: client, accountTools) }
        switchboard.account = account
        await account?.start()
    }

    /// Stops accepting, finishes what is under way, and closes the ledger.
    package func stop() async {
        // Nobody watches a daemon that stops (systemd.service(5)); TimeoutStopSec= is what ends one that hangs.
        watchdog?.stop()
        statusLine.stop()
        Notifier.stopping()
        let patience = Patience(within: settings.stopTimeout + .seconds(30), clock: clock)
        defer { withExtendedLifetime(patience) {} }
        housekeeping?.stop()
        housekeeping = nil
        await switchboard.account?.stop()
        switchboard.account = nil
        await webhookServer.stop(within: settings.stopTimeout)
        await dispatcher.finish(within: min(settings.stopTimeout, .seconds(3)))
        await adminServer.stop(within: .seconds(1))
        await client.close()
        await ledger.close()
    }
}
