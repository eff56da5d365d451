import Chrono
@_spi(Intake) import Lines
import Posix
import TestSupport
import Testing

@testable import Delivery
@testable import Hooks
@testable import Ledger

func line(_ number: String = "+12025551234") throws -> PhoneNumber { try #require(PhoneNumber(number)) }

/// A ledger of a test's own.
struct Store {
    let ledger: Ledger
    let reader: LedgerReader
    private let folder: TemporaryDirectory

    init(
        clock: Clock = .system,
        planner: @escaping Planner = { _, _, _ in [] },
        observer: @escaping @Sendable (CommitReport) -> Void = { _ in }
    ) throws {
        folder = try TemporaryDirectory()
        ledger = try Ledger(
            directory: folder.path,
            clock: clock,
            policy: .standard,
            planner: planner,
            observer: observer
        )
        reader = try LedgerReader(path: ledger.path)
    }

    /// Writes drafts; they are on disk when this returns.
    func write(_ drafts: [DeliveryDraft]) async throws {
        ledger.enqueue(drafts)
        // Asked on the ledger's queue, and so after the commit.
        _ = try await ledger.nextDue("", after: Timestamp(seconds: 0))
    }

    func record(_ event: VerifiedEvent) async -> Receipt {
        await withCheckedContinuation { continuation in ledger.record(event) { continuation.resume(returning: $0) } }
    }

    /// What became of the deliveries about a line, oldest first.
    func deliveries(_ number: String = "+12025551234") async throws -> [DeliveryRecord] {
        try await reader.deliveries(try line(number), limit: 10_000).reversed()
    }

    /// `delivered` or another state, for each delivery about a line.
    func states(_ number: String = "+12025551234") async throws -> [String] {
        try await deliveries(number).map(\.state)
    }
}

/// A message for the hook `a` about a line, to be delivered in order with others about it.
func draft(
    _ text: String,
    _ number: String = "+12025551234",
    hook: String = "a",
    command: String? = nil
) throws -> DeliveryDraft {
    DeliveryDraft(
        hook: hook,
        channel: command == nil ? .page : .control,
        type: "test",
        orderingKey: number,
        line: try line(number),
        incident: nil,
        event: nil,
        command: command,
        payload: Array(text.utf8)
    )
}

/// Waits of milliseconds, so that tests of retries take no time.
func tiny(giveUpAfter: Span = .hours(24)) -> RetryPolicy {
    var policy = RetryPolicy()
    (policy.first, policy.max, policy.giveUpAfter) = (.milliseconds(1), .milliseconds(4), giveUpAfter)
    return policy
}

extension Lane {
    init(
        _ hook: FakeHook,
        _ store: Store,
        retry: RetryPolicy = tiny(),
        clock: Clock = .system,
        groupWait: Span = .zero,
        pace: Span? = nil,
        fallbackAfter: Span = .minutes(5),
        detour: Detour? = nil,
        state: HookState? = nil,
        report: @escaping @Sendable (DeliveryReport) -> Void = { _ in }
    ) {
        self.init(
            LaneSettings(name: "a", retry: retry, groupWait: groupWait, pace: pace, fallbackAfter: fallbackAfter),
            hook: hook,
            state: state,
            ledger: store.ledger,
            time: DeliveryTime(clock: clock),
            detour: detour,
            report: report
        )
    }
}

/// The settings of a hook whose kind does not matter.
func settings(_ name: String, retry: RetryPolicy = tiny()) -> HookSettings {
    HookSettings(
        name: name,
        timeout: .seconds(15),
        retry: retry,
        groupWait: .zero,
        pace: nil,
        fallback: nil,
        fallbackAfter: .minutes(5),
        kind: GateFilesConfiguration(directory: "/nowhere")
    )
}

/// A genuine event that gives a line these values at a second.
func event(
    _ second: Int64,
    status: String? = nil,
    reputation: String? = nil,
    line number: String = "+12025551234"
) throws -> VerifiedEvent {
    let moment = Timestamp(seconds: 1_771_439_700 + second)
    return VerifiedEvent(
        proof: SignatureProof(),
        id: "evt_\(second)",
        type: "phone_number.status_updated",
        traceID: nil,
        createdAt: moment,
        receivedAt: moment,
        endpoint: "/webhooks/linq",
        meaning: .observation(
            Observation(
                line: try line(number),
                source: .webhook,
                changedAt: moment,
                status: status.map { Claim(Status($0)) },
                reputation: reputation.map { Claim(Reputation($0)) }
            )
        ),
        body: []
    )
}
