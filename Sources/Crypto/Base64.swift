import COpenSSL

/// Base64 with the standard alphabet (RFC 4648, section 4), by OpenSSL.
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
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var symbols = Array(text.utf8)
        // Padding fills the last group of four: one or two signs, and only where the group is then full.
        if symbols.count % 4 == 0 {
            if symbols.last == equals { symbols.removeLast() }
            if symbols.last == equals { symbols.removeLast() }
        }
        guard symbols.allSatisfy(isSymbol), symbols.count % 4 != 1 else { return nil }
        let padding = (4 - symbols.count % 4) % 4
        symbols += [UInt8](repeating: equals, count: padding)
        let decoded = [UInt8](unsafeUninitializedCapacity: symbols.count / 4 * 3) { buffer, count in
            count = max(0, Int(EVP_DecodeBlock(buffer.baseAddress, symbols, CInt(symbols.count))))
        }
        return decoded.count == symbols.count / 4 * 3 ? decoded.dropLast(padding) : nil
    }

    private static func isSymbol(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
