import ArgumentParser
import Chrono
import Glibc
import Ledger
import Linq
@_spi(Intake) import Lines
import Posix
import Synchronization

/// A ledger with a past.
struct Fill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a ledger of many events over many lines, by the daemon's own ledger.",
        discussion: "Prints its directory; one that is there already, of the present schema, is left as it is."
    )

    @Option(help: "Where ledgers are kept.")
    var directory: String

    @Option(help: "How many events.")
    var events = 10_000_000

    @Option(help: "Of how many lines.")
    var lines = 100_000

    /// Over so many days they are spread, none older than what is kept.
    private static let past = Span.days(60)
    private static let part = 4_096

    func run() async throws {
        let path = "\(directory)/ledger-v\(LedgerFile.knownVersion)-\(events)-\(lines)"
        if File.exists("\(path)/complete") { return Terminal.print(path) }
        try? File.remove("\(path)/linewarden.db")
        try? File.remove("\(path)/linewarden.db-wal")
        try File.makeDirectory(directory)
        let ledger = try Ledger(directory: path, policy: .standard, planner: { _, _, _ in [] }, observer: { _ in })
        let start = Clock.system.now() - Self.past
        let spacing = Span(microseconds: max(1, (Self.past.microseconds - 60_000_000) / Int64(events)))
        var made = await Self.part(0, events, lines, start, spacing)
        var next = Self.part
        while !made.isEmpty {
            let number = next
            async let further = Self.part(number, events, lines, start, spacing)
            try await Self.record(made, ledger)
            made = await further
            next += Self.part
            if next % (Self.part * 244) == 0 { Process.write(Array("\(next) events\n".utf8), to: 2) }
        }
        // As after the first start of a daemon: it writes down by which policy lines were decided.
        try await ledger.replan()
        await ledger.close()
        try File.make("\(path)/complete", mode: 0o644)
        Terminal.print(path)
    }

    /// The events from a number on, ready to be recorded; empty behind the last.
    private static func part(
        _ first: Int,
        _ events: Int,
        _ lines: Int,
        _ start: Timestamp,
        _ spacing: Span
    ) async -> [VerifiedEvent] {
        guard first < events else { return [] }
        let half = (min(events, first + part) - first) / 2
        async let front = make(first..<first + half, lines, start, spacing)
        async let back = make(first + half..<min(events, first + part), lines, start, spacing)
        return await front + back
    }

    @concurrent private static func make(
        _ range: Range<Int>,
        _ lines: Int,
        _ start: Timestamp,
        _ spacing: Span
    ) async -> [VerifiedEvent] {
        range.compactMap { .sample(line: $0 % lines, at: start + Span(microseconds: spacing.microseconds * Int64($0))) }
    }

    private static func record(_ events: [VerifiedEvent], _ ledger: Ledger) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let shared = Countdown(events.count, continuation)
            for event in events {
                ledger.record(event) { receipt in
                    if case .failed(let error) = receipt { shared.fail(error) } else { shared.next() }
                }
            }
        }
    }
}

/// Resumes who waits for many answers when the last is there.
private final class Countdown: Sendable {
    private let state: Mutex<(left: Int, failure: LedgerError?)>
    private let continuation: CheckedContinuation<Void, any Error>

    init(_ count: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        state = Mutex((count, nil))
        self.continuation = continuation
    }

    func fail(_ error: LedgerError) { count(error) }
    func next() { count(nil) }

    private func count(_ error: LedgerError?) {
        let end = state.withLock { state -> (isLast: Bool, failure: LedgerError?) in
            state.left -= 1
            if let error { state.failure = error }
            return (state.left == 0, state.failure)
        }
        guard end.isLast else { return }
        if let failure = end.failure { continuation.resume(throwing: failure) } else { continuation.resume() }
    }
}

extension VerifiedEvent {
    /// What Intake makes of a delivery that says that a line is well.
    fileprivate static func sample(line: Int, at moment: Timestamp) -> VerifiedEvent? {
        guard let number = PhoneNumber(Requests.Recipe.number(line)) else { return nil }
        let delivery = SampleDelivery(
            eventID: Requests.Recipe.identifier(),
            change: SampleDelivery.Change(
                phoneNumber: number.description,
                status: "ACTIVE",
                previousStatus: "ACTIVE",
                reputation: "HEALTHY",
                previousReputation: "HEALTHY",
                changedAt: moment
            ),
            createdAt: moment
        )
        return VerifiedEvent(
            proof: SignatureProof(),
            id: delivery.eventID,
            type: "phone_number.status_updated",
            traceID: "trace-\(delivery.eventID)",
            createdAt: moment,
            receivedAt: moment,
            endpoint: "/w",
            meaning: .observation(
                Observation(
                    line: number,
                    source: .webhook,
                    changedAt: moment,
                    status: Claim(Status("ACTIVE"), previous: Status("ACTIVE")),
                    reputation: Claim(Reputation("HEALTHY"), previous: Reputation("HEALTHY"))
                )
            ),
            body: delivery.body
        )
    }
}
