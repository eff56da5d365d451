/// A length of time in whole microseconds.
///
/// Arithmetic saturates; it never traps. The name hides the standard library's `Span<Element>` where this module is imported; that one is `Swift.Span`.
package struct Span: Sendable, Hashable, Comparable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package static let zero = Span(microseconds: 0)

    package static func < (left: Span, right: Span) -> Bool {
        left.microseconds < right.microseconds
    }
}

extension Span {
    package static func milliseconds(_ count: Int) -> Span { Span(count, .millisecond) }
    package static func seconds(_ count: Int) -> Span { Span(count, .second) }
    package static func minutes(_ count: Int) -> Span { Span(count, .minute) }
    package static func hours(_ count: Int) -> Span { Span(count, .hour) }

    /// Days of exactly 24 hours.
    package static func days(_ count: Int) -> Span { Span(count, .day) }

    /// Seconds with a fraction, to the nearest microsecond; not a number counts as zero.
    package static func seconds(_ count: Double) -> Span {
        let exact = count * 1e6
        guard !exact.isNaN else { return .zero }
        // 2^63 is a Double, Int64.max is not: so the upper bound is compared with `<`.
        guard exact < 0x1p63 else { return Span(microseconds: .max) }
        guard exact > -0x1p63 else { return Span(microseconds: .min) }
        // Int64 cuts off; rounded() would need libm, which only Glibc or Foundation link.
        return Span(microseconds: Int64(exact < 0 ? exact - 0.5 : exact + 0.5))
    }

    /// The length in seconds, for metrics and for APIs that take a `Double`.
    package var seconds: Double {
        Double(microseconds) / 1e6
    }

    private init(_ count: Int, _ unit: SpanUnit) {
        self.init(microseconds: Int64(count).saturatingMultiply(unit.microseconds))
    }
}

extension Span {
    package static func + (left: Span, right: Span) -> Span {
        Span(microseconds: left.microseconds.saturatingAdd(right.microseconds))
    }

    package static func - (left: Span, right: Span) -> Span {
        Span(microseconds: left.microseconds.saturatingSubtract(right.microseconds))
    }

    package static func * (span: Span, factor: Int) -> Span {
        Span(microseconds: span.microseconds.saturatingMultiply(Int64(factor)))
    }
}
