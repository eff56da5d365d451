import Glibc

/// A range of IP addresses, written as one address or in CIDR form: `127.0.0.1`, `10.0.0.0/8`, `2001:db8::/32`.
package struct AddressBlock: Sendable, Hashable, CustomStringConvertible {
    private let bytes: [UInt8]
    private let bits: Int
    package let description: String

    /// Nil for a text that is neither, or whose length is beyond the address.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first, let bytes = Self.parse(String(address)) else { return nil }
        var bits = bytes.count * 8
        if parts.count == 2 {
            guard let length = Int(parts[1]), (0...bits).contains(length) else { return nil }
            bits = length
        }
        self.bytes = bytes
        self.bits = bits
        description = text
    }

    /// Whether an address, in numbers, is in the block.
    ///
    /// Addresses of the other family never are.
    package func contains(_ host: String) -> Bool {
        guard let other = Self.parse(host), other.count == bytes.count else { return false }
        for index in bytes.indices {
            let left = bits - index * 8
            if left <= 0 { return true }
            let mask = left >= 8 ? 0xFF : UInt8(truncatingIfNeeded: 0xFF00 >> left)
            if bytes[index] & mask != other[index] & mask { return false }
        }
        return true
    }

    private static func parse(_ text: String) -> [UInt8]? {
        var ipv4 = in_addr()
        if inet_pton(AF_INET, text, &ipv4) == 1 { return withUnsafeBytes(of: ipv4) { Array($0) } }
        var ipv6 = in6_addr()
        return inet_pton(AF_INET6, text, &ipv6) == 1 ? withUnsafeBytes(of: ipv6) { Array($0) } : nil
    }
}
