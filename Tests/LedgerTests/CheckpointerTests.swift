import Lines
import Posix
import SQLite
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct CheckpointerTests {
    @Test("The log is moved into the file by itself, and does not grow without end")
    func moves() async throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let before = try #require(File.size(bench.path))
        // Bodies of 16 KiB: four pages and more each.
        let count = 2 * Checkpointer.length
        for index in 0..<count {
            ledger.remember("key \(index)", String(repeating: "x", count: 16_384))
            if index % 100 == 99 { await ledger.settleDown() }
        }
        let written = count * 4 * 4_096
        #expect(try #require(File.size(bench.path)) - before > written / 2)
        #expect(try #require(File.size(bench.path + "-wal")) < written / 2)
        #expect(ledger.failure == nil)
    }

    @Test("Below the threshold nothing is moved")
    func waits() async throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let before = File.size(bench.path)
        for index in 0..<50 { ledger.remember("key \(index)", "value") }
        await ledger.settleDown()
        #expect(File.size(bench.path) == before)
        #expect(File.size(bench.path + "-wal") ?? 0 > 0)
    }
}
