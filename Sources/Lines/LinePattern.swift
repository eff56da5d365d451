/// Which lines a rule or a silence speaks of: one number, or all that begin with some digits (`+1202*`).
package struct LinePattern: Sendable, Hashable, CustomStringConvertible {
    private let prefix: String
    private let isExact: Bool

    /// Every line.
    package static let all = LinePattern(prefix: "+", isExact: false)

    private init(prefix: String, isExact: Bool) {
        self.prefix = prefix
        self.isExact = isExact
    }

    /// Reads an E.164 number, or `+`, digits and a closing `*`; nil for anything else.
    package init?(_ text: String) {
        if text.hasSuffix("*") {
            let prefix = text.dropLast()
            let digits = prefix.utf8.dropFirst()
            guard prefix.first == "+" || prefix.isEmpty, digits.count < 15, digits.first != 0x30,
                digits.allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            self.init(prefix: prefix.isEmpty ? "+" : String(prefix), isExact: false)
        } else {
            guard let number = PhoneNumber(text) else { return nil }
            self.init(prefix: number.description, isExact: true)
        }
    }

    /// Whether the line is meant.
    package func matches(_ line: PhoneNumber) -> Bool {
        isExact ? line.description == prefix : line.description.hasPrefix(prefix)
    }

    /// Whether some line is meant by both.
    package func overlaps(_ other: LinePattern) -> Bool {
        switch (isExact, other.isExact) {
        case (true, true): prefix == other.prefix
        case (true, false): prefix.hasPrefix(other.prefix)
        case (false, true): other.prefix.hasPrefix(prefix)
        case (false, false): prefix.hasPrefix(other.prefix) || other.prefix.hasPrefix(prefix)
        }
    }

    package var description: String { isExact ? prefix : "\(prefix)*" }
}
