/// The ways to write 32 bytes, read bit by bit: not with the code that is tested.
enum Spelled {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let digits = Array("0123456789abcdef".utf8)

    /// 43 symbols, with or without the padding.
    static func base64(_ symbols: [UInt8]) -> [UInt8]? {
        let code = symbols.count == 44 && symbols[43] == UInt8(ascii: "=") ? symbols.dropLast() : symbols[...]
        guard code.count == 43 else { return nil }
        return bytes(code.map { alphabet.firstIndex(of: $0) }, bitsEach: 6)
    }

    /// 64 digits of either case.
    static func hex(_ symbols: [UInt8]) -> [UInt8]? {
        guard symbols.count == 64 else { return nil }
        return bytes(
            symbols.map { symbol in
                digits.firstIndex(of: (0x41...0x46).contains(symbol) ? symbol + 0x20 : symbol)
            },
            bitsEach: 4
        )
    }

    private static func bytes(_ values: [Int?], bitsEach width: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 32)
        for (index, value) in values.enumerated() {
            guard let value else { return nil }
            for bit in 0..<width where value >> (width - 1 - bit) & 1 == 1 {
                let place = index * width + bit
                if place < 256 { bytes[place / 8] |= 0x80 >> UInt8(place % 8) }
            }
        }
        return bytes
    }
}
