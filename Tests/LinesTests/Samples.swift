import Chrono
import Testing

@testable import Lines

/// A line's number for tests.
func line(_ text: String = "+12025551234") throws -> PhoneNumber { try #require(PhoneNumber(text)) }

/// The moment so many seconds after 1970.
func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

/// An axis as some second left it.
func axis<Value: AxisValue>(_ value: Value, _ seconds: Int64, _ source: EvidenceSource = .webhook) -> Axis<Value> {
    Axis(value, changedAt: at(seconds), source: source)
}

extension LineState {
    /// The state after observations, in their order.
    static func after(_ observations: some Sequence<Observation>, of line: PhoneNumber) -> LineState {
        var state = LineState(line)
        for observation in observations { _ = state.merge(observation) }
        return state
    }

    /// The axes with their texts: `==` of strings takes two spellings of one character for equal.
    var fingerprint: [String] {
        [
            status.map { "\($0.value) \($0.changedAt.microseconds) \($0.source)" } ?? "-",
            reputation.map { "\($0.value) \($0.changedAt.microseconds) \($0.source)" } ?? "-",
            membership.map { "\($0.value) \($0.changedAt.microseconds) \($0.source)" } ?? "-",
        ]
    }
}
