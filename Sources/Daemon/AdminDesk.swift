import Chrono
import Crypto
import HTTPServer
import HTTPWire
import Intake
import JSON
import Ledger
import Lines
import Metrics
import Posix
import Synchronization

/// What the admin listener tells, as values from the ledger's reader and the daemon's memory.
final class AdminDesk: Sendable {
    /// Rows in a page at the most.
    private static let pageLimit = 1_000
    /// Pieces of evidence and deliveries shown with one line.
    private static let historyLimit = 100
    /// Audits shown with one line.
    private static let inspectionLimit = 10

    private struct State: Sendable {
        var policy: DecisionPolicy
        var server = HTTPServer.Instruments()
        var certificate: TLSCertificate?
        /// What a check of the ledger's file found.
        var damage: String?
        var reload: (@Sendable () async -> String?)?
    }

    private let board: GateBoard
    /// Decisions as they are made.
    let feed: DecisionFeed
    private let ledger: Ledger
    private let reader: LedgerReader
    /// Events, incidents and deliveries.
    let history: HistoryDesk
    /// What operators may do.
    let operators: OperatorDesk
    /// What is done again, or only tried.
    let replays: ReplayDesk
    /// What Linq itself is asked for.
    let account: AccountDesk
    private let switchboard: Switchboard
    private let instruments: DaemonInstruments
    private let clock: Clock
    private let started: Timestamp
    private let closesGate: Bool
    private let state: Mutex<State>

    init(
        board: GateBoard,
        feed: DecisionFeed,
        ledger: Ledger,
        reader: LedgerReader,
        instruments: DaemonInstruments,
        clock: Clock,
        policy: DecisionPolicy,
        closesGateOnFailure: Bool,
        switchboard: Switchboard
    ) {
        self.switchboard = switchboard
        account = AccountDesk(switchboard: switchboard, ledger: ledger, reader: reader)
        self.board = board
        self.feed = feed
        self.ledger = ledger
        self.reader = reader
        history = HistoryDesk(reader: reader)
        operators = OperatorDesk(ledger: ledger, reader: reader, clock: clock)
        replays = ReplayDesk(ledger: ledger, reader: reader, clock: clock)
        self.instruments = instruments
        self.clock = clock
        state = Mutex(State(policy: policy))
        closesGate = closesGateOnFailure
        started = clock.now()
    }

    /// The webhook server's numbers and certificate, once it runs.
    func watch(_ instruments: HTTPServer.Instruments, _ certificate: TLSCertificate?) {
        state.withLock { state in
            state.server = instruments
            state.certificate = certificate
        }
    }

    /// Takes over the lists of a new configuration.
    func adopt(_ policy: DecisionPolicy) { state.withLock { $0.policy = policy } }

    /// What a reload does; it gives the reason why the old configuration stays, or nil.
    func onReload(_ body: @escaping @Sendable () async -> String?) { state.withLock { $0.reload = body } }

    /// What a check of the ledger's file found.
    func noteDamage(_ finding: String) { state.withLock { $0.damage = finding } }

    /// Why what arrives cannot be stored; empty when it can.
    var unreadiness: [String] {
        [ledger.failure?.description, state.withLock { $0.damage }.map { "the ledger is damaged: \($0)" }].compactMap {
            $0
        }
    }

    /// Seconds until the webhook listener's certificate ends; nil when it has none.
    var certificateSecondsLeft: Int? { state.withLock { $0.certificate }?.current.secondsLeft }

    /// `/readyz`.
    var readiness: HTTPResponse {
        Health.readiness(unreadiness, certificateDays: certificateSecondsLeft.map { $0 / 86_400 })
    }

    func gate(_ line: PhoneNumber) -> HTTPResponse {
        let closed = closesGate && ledger.failure != nil ? "the ledger cannot be written, so nothing new is known" : nil
        return board.answer(line, now: clock.now(), closed: closed)
    }

    func metrics() async throws -> HTTPResponse {
        let page = MetricsPage(
            instruments: instruments,
            ledger: ledger.instruments,
            webhook: state.withLock { $0.server },
            decisions: board.counts,
            hooks: try await reader.hookStates(),
            silences: try await reader.silences(at: clock.now()).count,
            backlog: try await reader.backlog(),
            lastEvent: try await reader.lastEvent(),
            ledgerBytes: ledger.bytesOnDisk,
            account: await switchboard.account?.reconciler.status,
            readers: feed.count,
            isReady: unreadiness.isEmpty,
            certificateSecondsLeft: certificateSecondsLeft,
            now: clock.now(),
            started: started
        )
        return HTTPResponse(.ok, headers: ["Content-Type": Exposition.contentType], body: Array(page.text.utf8))
    }

    func status() async throws -> HTTPResponse {
        let report = StatusReport(
            unreadiness: unreadiness,
            decisions: board.counts,
            lastEvent: try await reader.lastEvent(),
            names: instruments.hooks,
            hooks: try await reader.hookStates().filter { instruments.hooks.contains($0.key) },
            backlog: try await reader.backlog(),
            account: await switchboard.account?.reconciler.status,
            silences: try await reader.silences(at: clock.now()).count,
            certificateSecondsLeft: certificateSecondsLeft,
            now: clock.now(),
            started: started
        )
        return .json(.ok, report.json.bytes())
    }

    /// `decision` filters, `after` is the last number of the page before, `limit` the size of the page.
    func lines(_ query: [(name: String, value: String)]) async throws -> HTTPResponse {
        var decisions: Set<Decision> = []
        var after = ""
        var limit = 100
        for (name, value) in query {
            switch name {
            case "decision":
                guard let decision = Decision(rawValue: value) else {
                    return Self.badQuery("decision is one of allowed, slowed, paused")
                }
                decisions.insert(decision)
            case "after": after = value
            case "limit":
                guard let number = Int(value), (1...Self.pageLimit).contains(number) else {
                    return Self.badQuery("limit is a number from 1 to \(Self.pageLimit)")
                }
                limit = number
            default: return Self.badQuery("there are decision, after and limit to ask with")
            }
        }
        let records = try await reader.lines(
            state.withLock { $0.policy },
            decisions: decisions.isEmpty ? Set(Decision.allCases) : decisions,
            after: after,
            limit: limit
        )
        let next = records.count == limit ? records.last?.state.line.description : nil
        let body = JSON.object([
            ("lines", .array(records.map(\.json))), ("next_after", next.map(JSON.string) ?? .null),
        ])
        return .json(.ok, body.bytes())
    }

    /// A line with the chain of evidence and what was sent because of it, newest first.
    func line(_ number: PhoneNumber) async throws -> HTTPResponse {
        guard let record = try await reader.line(number, state.withLock { $0.policy }) else {
            return Refusal(.notFound, "unknown_line", "nothing is known of this line").response
        }
        var incident: Incident?
        if let id = record.incident { incident = try await reader.incident(id) }
        let evidence = try await reader.evidence(number, limit: Self.historyLimit)
        let deliveries = try await reader.deliveries(number, limit: Self.historyLimit)
        let inspections = try await reader.inspections(number, limit: Self.inspectionLimit)
        let body = JSON.object([
            ("line", record.json),
            ("incident", incident?.json ?? .null),
            ("evidence", .array(evidence.map(\.json))),
            ("deliveries", .array(deliveries.map(\.json))),
            ("audits", .array(inspections.map(\.json))),
        ])
        return .json(.ok, body.bytes())
    }

    func reload() async -> HTTPResponse {
        guard let reload = state.withLock({ $0.reload }) else {
            return Refusal(.serviceUnavailable, "starting", "the daemon is starting").response
        }
        guard let reason = await reload() else { return .json(.ok, #"{"status":"reloaded"}"#) }
        return Refusal(.unprocessableContent, "bad_configuration", reason).response
    }

    private static func badQuery(_ detail: String) -> HTTPResponse {
        Refusal(.badRequest, "bad_query", detail).response
    }
}
