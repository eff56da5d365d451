import COpenSSL

/// Base64 with the standard alphabet (RFC 4648, section 4).
package enum Base64 {
    private static let equals = UInt8(ascii: "=")

    /// Encodes with padding.
    package static func encode(_ bytes: [UInt8]) -> String {
        let capacity = (bytes.count + 2) / 3 * 4 + 1
        return String(unsafeUninitializedCapacity: capacity) { buffer in
            Int(EVP_EncodeBlock(buffer.baseAddress, bytes, CInt(bytes.count)))
        }
    }

    /// Decodes with or without padding; nil for anything outside the alphabet, white space included.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(Array(text.utf8)[...]) }

    /// Decodes with or without padding; nil for anything outside the alphabet, white space included.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var symbols = text
        // Padding fills the last group of four: one or two signs, and only where the group is then full.
        if symbols.count % 4 == 0 {
            if symbols.last == equals { symbols.removeLast() }
            if symbols.last == equals { symbols.removeLast() }
        }
        guard symbols.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(symbols.count / 4 * 3 + 2)
        // The symbols' bits wait on the right until there are eight of them.
        var (bits, waiting): (UInt32, UInt32) = (0, 0)
        for symbol in symbols {
            guard let value = value(symbol) else { return nil }
            bits = bits << 6 | UInt32(value)
            waiting += 6
            guard waiting >= 8 else { continue }
            waiting -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> waiting))
        }
        return bytes
    }

    private static func value(_ symbol: UInt8) -> UInt8? {
        switch symbol {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): symbol - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): symbol - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): symbol - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
