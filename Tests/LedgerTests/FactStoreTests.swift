import Testing

@testable import Ledger

@Suite struct FactStoreTests {
    @Test("What is kept is there after the next start, and what is removed leaves no row")
    func keeps() async throws {
        let bench = try Bench()
        do {
            let ledger = try bench.open()
            try await ledger.keep("one", under: "hook a +1")
            try await ledger.keep("two", under: "hook a +1")
            try await ledger.keep("three", under: "hook b +1")
            #expect(try await ledger.fact("hook a +1") == "two")
            #expect(try await LedgerReader(path: ledger.path).fact("hook a +1") == "two")
            await ledger.close()
        }
        let ledger = try await bench.reopen()
        #expect(try await ledger.fact("hook a +1") == "two")
        try await ledger.keep(nil, under: "hook a +1")
        try await ledger.keep(nil, under: "never there")
        #expect(try await ledger.fact("hook a +1") == nil)
        #expect(try await ledger.fact("hook b +1") == "three")
        #expect(try bench.count("fact WHERE key LIKE 'hook %'") == 1)
    }
}
