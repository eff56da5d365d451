/// A span as it is written in the configuration, and as it is told to people.
extension Span {
    /// Reads `250ms`, `30s`, `5m`, `4h`, `90d`, or several such parts with ever shorter units, such as `1h30m`.
    ///
    /// There is `us` too, so that every span that is not negative has a text. Nil for anything else: no sign, no
    /// fraction, no spaces, no bare number, no unit twice, nothing that overflows.
    package init?(configuration text: String) {
        var rest = text.utf8[...]
        var units = SpanUnit.allCases[...]
        var total: Int64 = 0
        repeat {
            guard let count = Span.takeCount(&rest), let unit = Span.takeUnit(&rest),
                let place = units.firstIndex(of: unit)
            else { return nil }
            units = units[(place + 1)...]
            let (part, tooLong) = count.multipliedReportingOverflow(by: unit.microseconds)
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !tooLong, !overflow else { return nil }
            total = sum
        } while !rest.isEmpty
        self.init(microseconds: total)
    }

    /// The shorter of one unit and all units: `90s` and not `1m30s`, but `2h5m` and not `125m`.
    ///
    /// It parses back, unless the span is negative: then it starts with `-`, which no configuration may hold.
    package var configurationText: String {
        guard microseconds != 0 else { return "0s" }
        let total = microseconds.magnitude
        let parts = Span.parts(of: total).map { "\($0.count)\($0.unit.rawValue)" }.joined()
        let single = SpanUnit.allCases.first { total.isMultiple(of: $0.microseconds.magnitude) } ?? .microsecond
        let one = "\(total / single.microseconds.magnitude)\(single.rawValue)"
        return (microseconds < 0 ? "-" : "") + (one.utf8.count < parts.utf8.count ? one : parts)
    }

    /// For people: the longest unit and the next one, rounded down: `12 s`, `3 min`, `2 h 5 min`, `4 days`.
    package var phrase: String {
        let parts = Span.parts(of: microseconds.magnitude)
        guard let first = parts.first else { return "0 s" }
        var text = first.unit.phrase(first.count)
        // Below a minute there is one unit: nobody needs to read "12 s 83 ms".
        if first.unit.microseconds > SpanUnit.second.microseconds, parts.count > 1, parts[1].unit.follows(first.unit) {
            text += " " + parts[1].unit.phrase(parts[1].count)
        }
        return (microseconds < 0 ? "-" : "") + text
    }

    private static func parts(of total: UInt64) -> [(unit: SpanUnit, count: UInt64)] {
        var rest = total
        var parts: [(unit: SpanUnit, count: UInt64)] = []
        for unit in SpanUnit.allCases {
            let (count, remainder) = rest.quotientAndRemainder(dividingBy: unit.microseconds.magnitude)
            if count > 0 { parts.append((unit, count)) }
            rest = remainder
        }
        return parts
    }

    private static func takeCount(_ rest: inout Substring.UTF8View) -> Int64? {
        let digits = rest.prefix { 0x30...0x39 ~= $0 }
        rest = rest[digits.endIndex...]
        return Int64(Substring(digits))
    }

    private static func takeUnit(_ rest: inout Substring.UTF8View) -> SpanUnit? {
        let letters = rest.prefix { !(0x30...0x39 ~= $0) }
        rest = rest[letters.endIndex...]
        return SpanUnit(rawValue: String(Substring(letters)))
    }
}

extension SpanUnit {
    /// Whether this is the unit right below the given one.
    fileprivate func follows(_ unit: SpanUnit) -> Bool {
        SpanUnit.allCases.drop { $0 != unit }.dropFirst().first == self
    }
}
