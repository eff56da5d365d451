import Chrono
import Lines
import Posix
import SQLite
import Testing

@testable import Ledger

@Suite struct RetentionTests {
    private let bench: Bench
    private let ledger: Ledger

    init() throws {
        bench = try Bench()
        ledger = try bench.open(policy: neverFlapping, planner: plannerOfTwoHooks)
    }

    /// Prunes to the end; gives how many rows went and the number of steps.
    private func prune(olderThan cutoff: Timestamp) async throws -> (rows: Int, steps: Int) {
        var round = PruningRound(cutoff: cutoff)
        var steps = 0
        while !round.isOver {
            round = try await ledger.prune(round)
            steps += 1
        }
        return (round.removed, steps)
    }

    private func deliverAll() async throws {
        for hook in ["gate", "ops"] {
            while case let due = try await ledger.dueOfAll(hook, at: FakeClock.start + .days(1), limit: 500),
                !due.isEmpty
            {
                for delivery in due { #expect(await ledger.settle(delivery, .delivered, attempt) == nil) }
            }
        }
    }

    private var attempt: AttemptRecord {
        AttemptRecord(at: FakeClock.start, duration: .zero, outcome: "delivered", answer: "HTTP 200", detail: nil)
    }

    @Test("What is over and old goes; an open incident's history and each line's newest event stay")
    func keepsWhatIsOpen() async throws {
        let (closed, open) = (try line(0), try line(1))
        for (index, status) in ["FLAGGED", "ACTIVE", "FLAGGED", "ACTIVE"].enumerated() {
            _ = await ledger.record(.status("c\(index)", closed, status: status, at: index))
        }
        for (index, status) in ["ACTIVE", "FLAGGED", "FLAGGED"].enumerated() {
            _ = await ledger.record(.status("o\(index)", open, status: status, reputation: "CRITICAL", at: index))
        }
        try await deliverAll()
        bench.clock.advance(.days(100))
        _ = await ledger.record(.status("young", closed, status: "ACTIVE", at: 8_640_000))
        let gone = try await prune(olderThan: FakeClock.start + .days(10))
        #expect(gone.rows > 0)
        let events = try bench.rows("SELECT id FROM event ORDER BY seq") { $0.text(0) ?? "" }
        #expect(events == ["o0", "o1", "o2", "young"])
        #expect(try bench.rows("SELECT line FROM incident") { $0.text(0) } == [open.description])
        #expect(try bench.count("delivery WHERE line = '\(closed)' OR incident NOT IN (SELECT id FROM incident)") == 0)
        #expect(try bench.count("delivery") > 0)
        #expect(try bench.count("attempt WHERE delivery NOT IN (SELECT seq FROM delivery)") == 0)
        #expect(try bench.count("paged WHERE incident NOT IN (SELECT id FROM incident)") == 0)
        // What the closed line is, is known all the same.
        let reader = try LedgerReader(path: ledger.path)
        #expect(try await reader.line(closed, .standard)?.decision == .allowed)
        #expect(try await reader.evidence(closed, limit: 10).map(\.eventID) == ["young"])
        #expect(try await prune(olderThan: FakeClock.start + .days(10)).rows == 0)
    }

    @Test("Pending deliveries and their incidents stay, whatever their age")
    func keepsWhatIsPending() async throws {
        _ = await ledger.record(.status("a", try line(), status: "FLAGGED"))
        _ = await ledger.record(.status("b", try line(), status: "ACTIVE", at: 1))
        let pending = try bench.count("delivery WHERE state = 'pending'")
        #expect(pending > 0)
        _ = try await prune(olderThan: FakeClock.start + .days(10))
        #expect(try bench.count("delivery WHERE state = 'pending'") == pending)
    }

    @Test("It goes in small steps, and the file shrinks")
    func shrinks() async throws {
        let number = try line()
        let receipts = await withTaskGroup { group in
            for index in 0..<4_000 {
                group.addTask { await ledger.record(.status("e\(index)", number, status: "ACTIVE", at: index)) }
            }
            return await group.reduce(into: 0) { $0 += $1.recorded == nil ? 0 : 1 }
        }
        #expect(receipts == 4_000)
        func pages() throws -> Int64 { try bench.rows("PRAGMA page_count") { $0.integer(0) ?? 0 }[0] }
        let before = try pages()
        let gone = try await prune(olderThan: FakeClock.start + .days(10))
        #expect(gone.rows >= 3_990 && gone.steps >= 16)
        #expect(try pages() < before / 4)
    }
}
