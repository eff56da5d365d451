package import Chrono

/// Makes identifiers: a prefix, then 48 bits of milliseconds and 80 random bits in Crockford's base 32 (the ULID form),
/// so that they sort by time and an index on them grows at its end.
package struct IdentifierSource: Sendable {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    private let random: @Sendable () -> UInt64

    /// - Parameter random: 64 bits that nobody can guess; a counter in tests.
    package init(random: @escaping @Sendable () -> UInt64 = { .random(in: .min ... .max) }) { self.random = random }

    /// Such as `inc_01JCZ8N5F0Q7W1D3K9V2B4M6TX`.
    package func next(_ prefix: String, at time: Timestamp) -> String {
        let milliseconds = UInt64(clamping: time.microseconds / 1_000)
        let groups = [(milliseconds, 10), (random(), 8), (random(), 8)]
        let digits = String(unsafeUninitializedCapacity: 26) { buffer in
            var position = 0
            for (bits, count) in groups {
                for digit in (0..<count).reversed() {
                    buffer[position] = Self.alphabet[Int(bits >> UInt64(digit * 5) & 31)]
                    position += 1
                }
            }
            return position
        }
        return "\(prefix)_\(digits)"
    }
}
