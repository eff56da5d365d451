package import Chrono

/// Makes identifiers: a prefix, then 48 bits of milliseconds and 80 random bits in Crockford's base 32 (the ULID form),
/// so that they sort by time and an index on them grows at its end.
package struct IdentifierSource: Sendable {
    private let random: @Sendable () -> UInt64

    /// - Parameter random: 64 bits that nobody can guess; a counter in tests.
    package init(random: @escaping @Sendable () -> UInt64 = { .random(in: .min ... .max) }) { self.random = random }

    /// Such as `inc_01JCZ8N5F0Q7W1D3K9V2B4M6TX`.
    package func next(_ prefix: String, at time: Timestamp) -> String {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        let milliseconds = UInt64(clamping: time.microseconds / 1_000)
        let (high, low) = (random(), random())
        let digits = String(unsafeUninitializedCapacity: 26) { buffer in
            for index in 0..<10 { buffer[index] = alphabet[Int(milliseconds >> UInt64(45 - index * 5)) & 31] }
            for index in 0..<8 { buffer[10 + index] = alphabet[Int(high >> UInt64(index * 5)) & 31] }
            for index in 0..<8 { buffer[18 + index] = alphabet[Int(low >> UInt64(index * 5)) & 31] }
            return 26
        }
        return "\(prefix)_\(digits)"
    }
}
