package import Lines

/// The name a hook has in the configuration.
package typealias HookName = String

/// Which lines a rule speaks of: one number, or all that begin with some digits (`+1202*`).
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

    package var description: String { isExact ? prefix : "\(prefix)*" }
}

/// One entry of `routes`: on which values of which lines, which hooks do what.
package struct Rule: Sendable, Hashable {
    package let name: String
    /// Axis values, such as `FLAGGED`.
    package let on: Set<String>
    package let lines: [LinePattern]
    /// Hooks that are told to pause and to resume.
    package let pause: [HookName]
    /// Hooks that are told to slow down and to resume.
    package let slow: [HookName]
    /// Hooks that page people.
    package let page: [HookName]

    package init(
        name: String,
        on: Set<String>,
        lines: [LinePattern] = [.all],
        pause: [HookName] = [],
        slow: [HookName] = [],
        page: [HookName] = []
    ) {
        self.name = name
        self.on = on
        self.lines = lines
        self.pause = pause
        self.slow = slow
        self.page = page
    }

    func matches(_ line: PhoneNumber, _ assessment: Assessment) -> Bool {
        assessment.causes.contains { on.contains($0.routedAs) || on.contains($0.value) }
            && lines.contains { $0.matches(line) }
    }
}
