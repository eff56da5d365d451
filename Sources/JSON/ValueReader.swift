package import Chrono

/// A cursor on one value of a configuration document.
///
/// Every reader method answers nil after reporting what is wrong and what is allowed.
package struct ValueReader {
    /// The dotted path, such as `routes[0].name`.
    package let path: String
    package let value: JSON
    private let reader: ConfigurationReader

    init(path: String, value: JSON, reader: ConfigurationReader) {
        self.path = path
        self.value = value
        self.reader = reader
    }

    package func fail(_ message: String) {
        reader.report(message, at: value.offset, key: path)
    }

    package func warn(_ message: String) {
        reader.report(message, at: value.offset, key: path, isWarning: true)
    }

    /// Reports about a value somewhere within this one; `suffix` is the path that leads there, such as `.items[0]`.
    package func fail(_ message: String, at inner: JSON, _ suffix: String) {
        reader.report(message, at: inner.offset, key: path + suffix)
    }

    package func string() -> String? {
        value.string ?? refuse("a string")
    }

    package func bool() -> Bool? {
        value.bool ?? refuse("true or false")
    }

    package func integer(in range: ClosedRange<Int>) -> Int? {
        guard case .number(let text) = value.kind else { return refuse("a whole number") }
        // Digits only, but beyond Int64: the range says what is wrong with it.
        let isWhole = text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "-") }
        guard isWhole else { return refuse("a whole number", found: text) }
        guard let number = value.integer.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            return refuse(outside: range, found: text, lowest: .min, highest: .max) { "\($0)" }
        }
        return number
    }

    /// A duration such as `"30s"`.
    package func span(in range: ClosedRange<Span>) -> Span? {
        guard let text = value.string else { return refuse(#"a duration such as "30s", "5m" or "90d""#) }
        guard let span = Span(configuration: text) else {
            fail(text.quoted + #" is not a duration; write a number and a unit such as "30s", "5m" or "90d""#)
            return nil
        }
        guard range.contains(span) else {
            let highest = Span(microseconds: .max)
            return refuse(outside: range, found: text, lowest: .zero, highest: highest, \.configurationText)
        }
        return span
    }

    package func array() -> [ValueReader]? {
        guard let elements = value.array else { return refuse("an array") }
        return elements.enumerated().map { index, element in
            ValueReader(path: "\(path)[\(index)]", value: element, reader: reader)
        }
    }

    package func object() -> ObjectReader? {
        guard let members = value.members else { return refuse("an object") }
        return reader.object(members, at: value.offset, path: path)
    }

    /// One of the raw values of an enumeration.
    package func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Choice? {
        guard let text = string() else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let allowed = Choice.allCases.map(\.rawValue)
        let hint = Spelling.nearest(to: text, in: allowed).map { "; did you mean '\($0)'?" } ?? ""
        fail("must be one of \(allowed.joined(separator: ", ")), found \(text.quoted)\(hint)")
        return nil
    }
}

extension ValueReader {
    private func refuse<Wanted>(_ expected: String, found: String? = nil) -> Wanted? {
        fail("expected \(expected), found \(found ?? value.kind.phrase)")
        return nil
    }

    /// A bound at the end of its type is no bound to tell.
    private func refuse<Wanted: Comparable>(
        outside range: ClosedRange<Wanted>,
        found: String,
        lowest: Wanted,
        highest: Wanted,
        _ text: (Wanted) -> String
    ) -> Wanted? {
        let (lower, upper) = (text(range.lowerBound), text(range.upperBound))
        let allowed =
            switch (range.lowerBound <= lowest, range.upperBound >= highest) {
            case (false, true): "at least \(lower)"
            case (true, false): "at most \(upper)"
            default: "between \(lower) and \(upper)"
            }
        fail("must be \(allowed), found \(found)")
        return nil
    }
}

extension JSON.Kind {
    /// What it is, after "found".
    fileprivate var phrase: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension String {
    /// As JSON would write it, cut after 40 characters: it is shown to say which value is meant.
    var quoted: String {
        JSON.string(count > 40 ? prefix(40) + "…" : self).text()
    }
}
