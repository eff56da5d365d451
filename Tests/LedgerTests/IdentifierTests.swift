import Chrono
import Synchronization
import Testing

@testable import Ledger

@Suite struct IdentifierTests {
    private static let alphabet = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    @Test("An identifier is a prefix and a ULID", arguments: ["inc", "dlv"])
    func form(prefix: String) {
        let source = IdentifierSource()
        for _ in 0..<100 {
            let parts = source.next(prefix, at: FakeClock.start).split(separator: "_")
            #expect(parts.count == 2)
            #expect(parts.first.map(String.init) == prefix)
            #expect(parts.last?.count == 26)
            #expect(parts.last?.allSatisfy { Self.alphabet.contains($0) } == true)
        }
    }

    @Test(
        "Time stands in front, in milliseconds, in Crockford's base 32",
        arguments: [
            (0, "0000000000"), (999, "0000000000"), (1_000, "0000000001"), (31_000, "000000000Z"),
            (32_000, "0000000010"),
            // The example of the ULID specification.
            (1_469_918_176_385_000, "01ARYZ6S41"),
            // Before 1970 there is no ULID: the smallest.
            (-1, "0000000000"), (.min, "0000000000"),
        ] as [(Int64, String)]
    )
    func time(microseconds: Int64, digits: String) {
        let source = IdentifierSource(random: { 0 })
        #expect(source.next("x", at: Timestamp(microseconds: microseconds)) == "x_\(digits)0000000000000000")
    }

    @Test("All random bits that there is room for are used", arguments: [(UInt64.max, "Z"), (0, "0")])
    func random(bits: UInt64, digit: String) {
        let source = IdentifierSource(random: { bits })
        let expected = "x_0000000000" + String(repeating: digit, count: 16)
        #expect(source.next("x", at: Timestamp(seconds: 0)) == expected)
    }

    @Test("Later ones sort behind earlier ones, and none comes twice")
    func order() {
        let source = IdentifierSource()
        let times = (0..<2_000).map { FakeClock.start + .milliseconds($0) }
        let identifiers = times.map { source.next("inc", at: $0) }
        #expect(identifiers == identifiers.sorted())
        let moment = (0..<10_000).map { _ in source.next("inc", at: FakeClock.start) }
        #expect(Set(moment).count == moment.count)
    }

    @Test("Randomness is taken anew for every identifier")
    func counter() {
        let drawn = Mutex<UInt64>(0)
        let source = IdentifierSource(random: {
            drawn.withLock { drawn in
                drawn += 1
                return drawn
            }
        })
        #expect(source.next("x", at: Timestamp(seconds: 0)) == "x_00000000000000000100000002")
        #expect(source.next("x", at: Timestamp(seconds: 0)) == "x_00000000000000000300000004")
    }
}
