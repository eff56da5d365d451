/// Reads the parts of a written date from left to right.
///
/// Every reader answers nil or false where its part is not next; what it took until then is of no interest, as the
/// date is then refused.
struct DateScanner {
    private let bytes: [UInt8]
    private var cursor = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { cursor == bytes.count }

    /// The value of the decimal digit that is next, which is then taken.
    private mutating func digit() -> Int? {
        guard cursor < bytes.count, 0x30...0x39 ~= bytes[cursor] else { return nil }
        defer { cursor += 1 }
        return Int(bytes[cursor] - 0x30)
    }

    /// Exactly so many decimal digits.
    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// One or more digits after a decimal point, as microseconds; digits beyond the sixth are cut off.
    mutating func fraction() -> Int? {
        var value = 0
        var unit = 100_000
        let start = cursor
        while let digit = digit() {
            value += digit * unit
            unit /= 10
        }
        return cursor == start ? nil : value
    }

    /// Takes the text if it is next.
    mutating func take(_ text: StaticString) -> Bool {
        guard text.withUTF8Buffer({ bytes[cursor...].starts(with: $0) }) else { return false }
        cursor += text.utf8CodeUnitCount
        return true
    }

    /// The ASCII letters that are next.
    mutating func word() -> String {
        let letters = bytes[cursor...].prefix { 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
        cursor = letters.endIndex
        return String(decoding: letters, as: UTF8.self)
    }
}

extension DefaultStringInterpolation {
    /// A number that is not negative, with zeros before it up to the width.
    mutating func appendInterpolation(padded value: Int, _ width: Int) {
        let digits = String(value)
        appendLiteral(String(repeating: "0", count: max(0, width - digits.utf8.count)))
        appendLiteral(digits)
    }
}
