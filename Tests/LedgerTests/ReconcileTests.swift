import Chrono
import Lines
import TestSupport
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct ReconcileTests {
    private func listing(_ lines: (Int, String?)..., at seconds: Int = 0) throws -> Listing {
        let listed = try lines.map { ListedLine(try line($0.0), reputation: $0.1.map { Reputation($0) }) }
        return Listing(lines: listed, askedAt: FakeClock.start + .seconds(seconds), traceID: "trace-list")
    }

    @Test func whatIsLearntIsNoDifference() async throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let report = try await ledger.reconcile(try listing((0, "HEALTHY"), (1, "CRITICAL"), (2, nil)))
        #expect(report.learnt == [try line(0), try line(1), try line(2)] && report.differences.isEmpty)
        let again = try await ledger.reconcile(try listing((0, "HEALTHY"), (1, "CRITICAL"), (2, nil), at: 300))
        #expect(again.learnt.isEmpty && again.differences.isEmpty)
        #expect(try bench.count("event") == 3, "what is confirmed is written nowhere")
        let reader = try LedgerReader(path: ledger.path)
        #expect(try await reader.listedLines().count == 3)
    }

    @Test func aDifferenceIsTakenOver() async throws {
        let bench = try Bench()
        let ledger = try bench.open()
        _ = await ledger.record(.status("e1", try line(), reputation: "CRITICAL", at: -600))
        let report = try await ledger.reconcile(try listing((0, "HEALTHY")))
        #expect(report.differences == [.init(line: try line(), known: "CRITICAL", listed: "HEALTHY")])
        #expect(report.place == 2)
        let reader = try LedgerReader(path: ledger.path)
        #expect(try await reader.line(try line(), .standard)?.decision == .allowed)
        #expect(try await reader.heardOf([try line()], since: report.place).isEmpty)
        _ = await ledger.record(.status("e2", try line(), reputation: "HEALTHY", at: -300))
        #expect(try await reader.heardOf([try line(), try line(1)], since: report.place) == [try line()])
    }

    @Test func manyLinesAreComparedInSmallSteps() async throws {
        let bench = try Bench()
        let commits = Log<Int>()
        let ledger = try bench.open(observer: { commits.append($0.lines.count) })
        let lines = try (0..<1_000).map { ListedLine(try line($0), reputation: .healthy) }
        let report = try await ledger.reconcile(Listing(lines: lines, askedAt: FakeClock.start, traceID: nil))
        #expect(report.learnt.count == 1_000 && commits.all.reduce(0, +) == 1_000)
        #expect((commits.all.max() ?? 0) <= 200)
    }

    @Test func whatLeavesIsLetGoUnlessSomethingNewerIsKnown() async throws {
        let bench = try Bench()
        let ledger = try bench.open(planner: plannerOfTwoHooks)
        _ = try await ledger.reconcile(try listing((0, "HEALTHY"), (1, "HEALTHY"), at: -900))
        _ = await ledger.record(.status("e1", try line(0), status: "FLAGGED", at: -600))
        _ = await ledger.record(.status("e2", try line(1), status: "FLAGGED", at: 600))
        let report = try await ledger.retire([try line(0), try line(1)], try listing())
        #expect(report.retired == [try line(0)])
        let reader = try LedgerReader(path: ledger.path)
        #expect(try await reader.line(try line(0), .standard)?.decision == .allowed)
        #expect(try await reader.line(try line(1), .standard)?.decision == .paused)
        #expect(try await reader.listedLines().isEmpty)
        #expect(try bench.count("incident WHERE closed_at IS NULL") == 1)
        let back = try await ledger.reconcile(try listing((0, "HEALTHY"), at: 60))
        #expect(back.learnt == [try line(0)] && back.differences.isEmpty)
        #expect(try await reader.line(try line(0), .standard)?.decision == .paused, "it is flagged still")
    }
}
