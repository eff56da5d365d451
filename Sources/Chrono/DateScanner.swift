/// Reads the parts of a written date from left to right.
///
/// Every reader answers nil or false where its part is not next; what it took until then is of no interest, as the
/// date is then refused.
struct DateScanner {
    private var rest: Substring.UTF8View

    init(_ text: some StringProtocol) {
        rest = String(text).utf8[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Exactly so many decimal digits.
    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let byte = rest.first, 0x30...0x39 ~= byte else { return nil }
            value = value * 10 + Int(byte - 0x30)
            rest.removeFirst()
        }
        return value
    }

    /// One or more digits after a decimal point, as microseconds; digits beyond the sixth are cut off.
    mutating func fraction() -> Int? {
        var value = 0
        var unit = 100_000
        let start = rest.startIndex
        while let byte = rest.first, 0x30...0x39 ~= byte {
            value += Int(byte - 0x30) * unit
            unit /= 10
            rest.removeFirst()
        }
        return rest.startIndex == start ? nil : value
    }

    /// Takes the text if it is next.
    mutating func take(_ text: StaticString) -> Bool {
        let expected = String(describing: text).utf8
        guard rest.starts(with: expected) else { return false }
        rest.removeFirst(expected.count)
        return true
    }

    /// The ASCII letters that are next.
    mutating func word() -> String {
        let letters = rest.prefix { 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
        rest = rest[letters.endIndex...]
        return String(Substring(letters))
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
