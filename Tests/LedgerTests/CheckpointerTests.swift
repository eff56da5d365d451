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
        // Bodies of 16 KiB: four pages each, and four thousand pages make a checkpoint.
        var index = 0
        while try #require(File.size(bench.path)) == before {
            for _ in 0..<100 {
                index += 1
                ledger.remember("key \(index)", String(repeating: "x", count: 16_384))
            }
            await ledger.settleDown()
        }
        #expect(index * 6 >= 4_000)
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
