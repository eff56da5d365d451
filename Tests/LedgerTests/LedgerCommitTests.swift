import Lines
import Metrics
import SQLite
import Synchronization
import Testing

@testable import Ledger

/// Many records in flight share commits, and each is answered after its own.
@Suite(.timeLimit(.minutes(5))) struct LedgerCommitTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    /// A ledger whose first transaction lasts until the turnstile opens, and that transaction's event.
    private func openHeldUp(
        _ turnstile: Turnstile,
        planner: @escaping Planner = { _, _, _ in [] },
        observer: @escaping @Sendable (CommitReport) -> Void = { _ in }
    ) throws -> (Ledger, VerifiedEvent) {
        let ledger = try bench.open(
            planner: { change, commanded, paged in
                if change.event?.id == "first" { turnstile.pass() }
                return planner(change, commanded, paged)
            },
            observer: observer
        )
        // It calls for a plan, so that the planner is asked, inside the transaction.
        return (ledger, .status("first", try line(9_000 - 1_000), status: "FLAGGED"))
    }

    @Test("What arrives while a commit runs shares the next one, 512 at the most")
    func sharesCommits() async throws {
        let turnstile = try Turnstile()
        let (ledger, first) = try openHeldUp(turnstile)
        let (replies, reply) = AsyncStream.makeStream(of: Receipt.self)
        ledger.record(first) { reply.yield($0) }
        for index in 0..<1_000 {
            ledger.record(.status("e\(index)", try line(index), status: "ACTIVE")) { reply.yield($0) }
        }
        turnstile.open()
        var count = 0
        for await receipt in replies {
            #expect(receipt.recorded != nil)
            count += 1
            if count == 1_001 { break }
        }
        await ledger.settleDown()
        let (buckets, sum) = ledger.instruments.batchSize.snapshot
        #expect(sum == 1_001)
        // The first alone or with some of the others, then the rest in full batches.
        #expect((2...4).contains(buckets.reduce(0, +)))
        #expect(ledger.instruments.commitSeconds.snapshot.buckets.reduce(0, +) == buckets.reduce(0, +))
        #expect(ledger.instruments.failures.total == 0)
    }

    @Test("A reply comes when another connection can see the row, and after the observer was told")
    func repliesAfterCommit() async throws {
        let told = Mutex<Set<String>>([])
        let turnstile = try Turnstile()
        let (ledger, first) = try openHeldUp(
            turnstile,
            observer: { report in told.withLock { $0.formUnion(report.lines.map(\.state.line.description)) } }
        )
        let path = bench.path
        let (checks, check) = AsyncStream.makeStream(of: (seen: Int, told: Bool).self)
        func record(_ event: VerifiedEvent, _ number: PhoneNumber) {
            ledger.record(event) { _ in
                let reader = try? Connection(path: path, mode: .readOnly)
                let rows = try? reader?.rows("SELECT 1 FROM event WHERE id = ?", .text(event.id)) { _ in 1 }
                check.yield((rows?.count ?? 0, told.withLock { $0.contains(number.description) }))
            }
        }
        ledger.record(first) { _ in }
        for index in 0..<50 {
            let number = try line(index)
            record(.status("e\(index)", number, status: "FLAGGED"), number)
        }
        turnstile.open()
        var count = 0
        for await result in checks {
            #expect(result.seen == 1)
            #expect(result.told)
            count += 1
            if count == 50 { break }
        }
    }

    @Test("The same event twice in one batch is one event")
    func duplicatesInBatch() async throws {
        let turnstile = try Turnstile()
        let (ledger, first) = try openHeldUp(turnstile, planner: plannerOfTwoHooks)
        let number = try line()
        let (replies, reply) = AsyncStream.makeStream(of: Receipt.self)
        ledger.record(first) { _ in }
        for _ in 0..<5 { ledger.record(.status("e1", number, status: "FLAGGED")) { reply.yield($0) } }
        turnstile.open()
        var receipts: [Receipt] = []
        for await receipt in replies {
            receipts.append(receipt)
            if receipts.count == 5 { break }
        }
        #expect(receipts.first?.recorded?.state == .applied)
        #expect(receipts.map(\.isDuplicate) == [false, true, true, true, true])
        #expect(try bench.count("event WHERE id = 'e1'") == 1)
        #expect(try bench.count("delivery WHERE line = '\(number)'") == 1)
    }

    @Test("An event that cannot be stored does not take its neighbours with it")
    func neighbours() async throws {
        let turnstile = try Turnstile()
        let (ledger, first) = try openHeldUp(
            turnstile,
            planner: { change, commanded, paged in
                // No such incident: a foreign key is broken.
                change.event?.id == "bad"
                    ? [.page("ops", "inc_nobody", "incident.opened")] : plannerOfTwoHooks(change, commanded, paged)
            }
        )
        let (replies, reply) = AsyncStream.makeStream(of: (String, Receipt).self)
        ledger.record(first) { _ in }
        let identifiers = ["e1", "bad", "e2", "e3"]
        for (index, id) in identifiers.enumerated() {
            ledger.record(.status(id, try line(index), status: "FLAGGED")) { reply.yield((id, $0)) }
        }
        turnstile.open()
        var receipts: [String: Receipt] = [:]
        for await (id, receipt) in replies {
            receipts[id] = receipt
            if receipts.count == identifiers.count { break }
        }
        for id in ["e1", "e2", "e3"] { #expect(receipts[id]?.recorded?.state == .applied) }
        guard case .storage = receipts["bad"]?.failure else {
            Issue.record("\(String(describing: receipts["bad"]))")
            return
        }
        #expect(try bench.rows("SELECT id FROM event ORDER BY seq") { $0.text(0) } == ["first", "e1", "e2", "e3"])
        #expect(try bench.count("line WHERE number = '\(line(1))'") == 0)
        // It was nobody else's fault, and it is over.
        await ledger.settleDown()
        #expect(ledger.failure == nil)
    }

    @Test("Closing commits what waits")
    func closeCommits() async throws {
        let turnstile = try Turnstile()
        let (ledger, first) = try openHeldUp(turnstile)
        let answered = Atomic(0)
        ledger.record(first) { _ in answered.add(1, ordering: .relaxed) }
        for index in 0..<600 {
            ledger.record(.status("e\(index)", try line(index))) { _ in answered.add(1, ordering: .relaxed) }
        }
        turnstile.open()
        await ledger.close()
        #expect(answered.load(ordering: .relaxed) == 601)
        #expect(try bench.count("event") == 601)
    }

    @Test("More than memory should hold is refused at once")
    func overload() async throws {
        let turnstile = try Turnstile()
        let (ledger, first) = try openHeldUp(turnstile)
        ledger.record(first) { _ in }
        let refused = Atomic(0)
        let stored = Atomic(0)
        let event = VerifiedEvent.status("e", try line(), status: "ACTIVE")
        for _ in 0..<40_000 {
            ledger.record(event) { receipt in
                if case .failed(.overloaded) = receipt {
                    refused.add(1, ordering: .relaxed)
                } else {
                    stored.add(1, ordering: .relaxed)
                }
            }
        }
        // The ledger had taken out at the most what one inbox holds before its first transaction began.
        #expect(refused.load(ordering: .relaxed) >= 40_000 - 2 * 16_384)
        turnstile.open()
        await ledger.close()
        #expect(refused.load(ordering: .relaxed) + stored.load(ordering: .relaxed) == 40_000)
        #expect(ledger.failure == nil)
    }
}
