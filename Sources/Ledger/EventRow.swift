import Chrono
package import Lines
import SQLite

/// One row of the history, as it is written.
struct EventRow {
    let id: String
    let source: EvidenceSource
    let type: String
    let state: RecordedEvent.State
    let receivedAt: Timestamp
    var createdAt: Timestamp?
    var endpoint: String?
    var traceID: String?
    let line: PhoneNumber?
    let previous: Int64?
    let changedAt: Timestamp?
    var observation: Observation?
    var outcome: MergeOutcome?
    let change: LineChange?
    let detail: String?
    var body: [UInt8] = []

    /// An event's own time as it is stored: 0 for one that says none.
    static func stamp(_ createdAt: Timestamp?) -> Int64 { createdAt?.microseconds ?? 0 }

    /// In the order of `Recorder`'s statement.
    var values: [Value] {
        [
            .text(id),
            .text(source.rawValue),
            .text(type),
            .text(state.rawValue),
            .integer(receivedAt.microseconds),
            .integer(Self.stamp(createdAt)),
            Value(endpoint),
            Value(traceID),
            Value(line?.description),
            Value(previous),
            Value(changedAt?.microseconds),
            Value(observation?.status?.value.description),
            Value(observation?.status?.previous?.description),
            Value(outcome?.status.rawValue),
            Value(observation?.reputation?.value.description),
            Value(observation?.reputation?.previous?.description),
            Value(outcome?.reputation.rawValue),
            Value(observation?.membership?.value.description),
            Value(outcome?.membership.rawValue),
            Value(outcome.flatMap { $0.gaps.isEmpty ? nil : $0.gaps.joined(separator: ",") }),
            Value(change?.assessment.decision.rawValue),
            Value(change?.incident?.id),
            Value(change?.step?.rawValue),
            Value(detail),
            .blob(body),
        ]
    }
}

/// What an operator wants of a line, who it is, and why.
package struct OperatorOrder: Sendable, Hashable {
    package let action: OperatorAction
    package let line: PhoneNumber
    package let signature: Signature

    package init(_ action: OperatorAction, _ line: PhoneNumber, _ signature: Signature) {
        self.action = action
        self.line = line
        self.signature = signature
    }
}
