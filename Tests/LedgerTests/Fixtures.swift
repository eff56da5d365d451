import Chrono
import Glibc
@_spi(Intake) import Lines
import Posix
import SQLite
import Synchronization
import TestSupport
import Testing

@testable import Ledger

/// A clock that stands still until a test moves it.
final class FakeClock: Sendable {
    private let passed = Mutex(Span.zero)

    /// 2026-02-18T18:35:05Z.
    static let start = Timestamp(seconds: 1_771_439_705)

    var clock: Clock {
        Clock(
            now: { Self.start + self.passed.withLock { $0 } },
            steady: { Steady(nanoseconds: 1_000_000_000) + self.passed.withLock { $0 } }
        )
    }

    func advance(_ span: Span) { passed.withLock { $0 = $0 + span } }
}

/// Opens ledgers in one directory, one after the other.
struct Bench: Sendable {
    let directory: TemporaryDirectory
    let clock = FakeClock()

    init() throws { directory = try TemporaryDirectory() }

    var path: String { directory("linewarden.db") }

    func open(
        policy: DecisionPolicy = .standard,
        settlingDelay: Span = .milliseconds(500),
        planner: @escaping Planner = { _, _, _ in [] },
        observer: @escaping @Sendable (CommitReport) -> Void = { _ in }
    ) throws(LedgerError) -> Ledger {
        try Ledger(
            directory: directory.path,
            clock: clock.clock,
            policy: policy,
            settlingDelay: settlingDelay,
            planner: planner,
            observer: observer
        )
    }

    /// Opens the ledger that another one has just closed, once the last of that one's work has let go of it.
    func reopen(
        policy: DecisionPolicy = .standard,
        planner: @escaping Planner = { _, _, _ in [] }
    ) async throws -> Ledger {
        while true {
            do throws(LedgerError) {
                return try open(policy: policy, planner: planner)
            } catch {
                guard case .locked = error else { throw error }
                await Task.yield()
            }
        }
    }

    func rows<Row>(_ sql: String, _ read: (Statement) -> Row) throws -> [Row] {
        try Connection(path: path, mode: .readOnly).rows(sql, read: read)
    }

    func count(_ sql: String) throws -> Int64 { try rows("SELECT count(*) FROM \(sql)") { $0.integer(0) ?? -1 }[0] }
}

extension Connection {
    /// The ledger's tables, empty and in memory.
    static func withSchema() throws -> Connection {
        let connection = try Connection(path: ":memory:", mode: .readWrite)
        try connection.execute("PRAGMA foreign_keys = ON")
        try Schema.migrate(connection, path: "memory")
        return connection
    }
}

/// A line's number, by a small index.
func line(_ index: Int = 0) throws -> PhoneNumber { try #require(PhoneNumber("+1202555\(1_000 + index)")) }

extension VerifiedEvent {
    /// An event that says something about a line, `at` seconds after the start.
    static func status(
        _ id: String,
        _ line: PhoneNumber,
        status: String? = nil,
        reputation: String? = nil,
        previousStatus: String? = nil,
        at seconds: Int = 0
    ) -> VerifiedEvent {
        let moment = FakeClock.start + .seconds(seconds)
        let observation = Observation(
            line: line,
            source: .webhook,
            changedAt: moment,
            status: status.map { Claim(Status($0), previous: previousStatus.map { Status($0) }) },
            reputation: reputation.map { Claim(Reputation($0)) }
        )
        return make(id, .observation(observation), at: moment)
    }

    static func quarantined(_ id: String) -> VerifiedEvent {
        make(id, .quarantined(reason: "no phone number"), at: FakeClock.start)
    }

    private static func make(_ id: String, _ meaning: Meaning, at moment: Timestamp) -> VerifiedEvent {
        VerifiedEvent(
            proof: SignatureProof(),
            id: id,
            type: "phone_number.status_updated",
            traceID: "trace-\(id)",
            createdAt: moment,
            receivedAt: moment,
            endpoint: "/webhooks/linq",
            meaning: meaning,
            body: Array("{}".utf8)
        )
    }
}

extension Ledger {
    nonisolated func record(_ event: VerifiedEvent) async -> Receipt {
        await withCheckedContinuation { continuation in record(event) { continuation.resume(returning: $0) } }
    }

    /// Returns when everything that was handed in before has been committed or refused.
    func settleDown() {}
}

extension Receipt {
    var recorded: RecordedEvent? { if case .stored(let event) = self { event } else { nil } }
    var failure: LedgerError? { if case .failed(let error) = self { error } else { nil } }
    var isDuplicate: Bool { if case .duplicate = self { true } else { false } }
}

/// Tells one control hook, `gate`, the line's decision whenever it was told another, and pages one, `ops`.
let plannerOfTwoHooks: Planner = { change, commanded, paged in
    let commands: [Decision: String] = [.paused: "pause", .slowed: "slow", .allowed: "resume"]
    let command = commands[change.assessment.decision] ?? ""
    var drafts: [DeliveryDraft] = []
    if command != commanded["gate"] ?? "resume" {
        drafts.append(.control("gate", change.line, command, incident: change.incident?.id))
    }
    if let incident = change.incident?.id, let step = change.step {
        drafts.append(.page("ops", incident, "incident.\(step.rawValue)"))
    }
    return drafts
}

extension DeliveryDraft {
    static func control(
        _ hook: String,
        _ line: PhoneNumber,
        _ command: String,
        incident: String? = nil
    ) -> DeliveryDraft {
        DeliveryDraft(
            hook: hook,
            channel: .control,
            type: "line.\(command)",
            orderingKey: "line/\(line)",
            line: line,
            incident: incident,
            event: nil,
            command: command,
            payload: Array(command.utf8)
        )
    }

    static func page(
        _ hook: String,
        _ incident: String?,
        _ type: String,
        key: String? = nil,
        message: Bool = false,
        remindEvery: Span? = nil
    ) -> DeliveryDraft {
        DeliveryDraft(
            hook: hook,
            channel: incident == nil ? .alert : .page,
            type: type,
            orderingKey: key ?? "incident/\(incident ?? "")",
            line: nil,
            incident: incident,
            event: nil,
            command: nil,
            payload: Array(type.utf8),
            message: message ? Array(type.utf8) : nil,
            remindEvery: remindEvery
        )
    }
}

/// Holds a queue up until a test opens it.
final class Turnstile: Sendable {
    private let reader: SharedDescriptor
    private let writer: SharedDescriptor

    init() throws {
        var ends: [CInt] = [-1, -1]
        try system("pipe") { pipe(&ends) }
        reader = SharedDescriptor(Descriptor(owning: ends[0]))
        writer = SharedDescriptor(Descriptor(owning: ends[1]))
    }

    /// Blocks until `open` was called.
    func pass() {
        var byte: UInt8 = 0
        while read(reader.raw, &byte, 1) == -1 && errno == EINTR {}
    }

    func open() {
        // More than will ever pass: what has been opened stays open, also for a transaction that is tried again.
        let bytes = [UInt8](repeating: 1, count: 1_024)
        _ = write(writer.raw, bytes, bytes.count)
    }
}

extension Ledger {
    /// What is due of any channel.
    func dueOfAll(_ hook: String, at now: Timestamp, limit: Int) throws -> [DueDelivery] {
        try DeliveryDraft.Channel.allCases.flatMap { try due(hook, $0, at: now, limit: limit) }
    }
}

/// The standard rules for lines that may change as often as they like.
let neverFlapping: DecisionPolicy = {
    var policy = DecisionPolicy.standard
    policy.flapLimit = 0
    return policy
}()
