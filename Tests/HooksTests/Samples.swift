import Chrono
import Lines
import Posix
import Testing

@testable import Hooks

/// 2026-02-18T18:35:05Z.
let moment = Timestamp(seconds: 1_771_439_705)

func line(_ number: String = "+12025551234") throws -> PhoneNumber { try #require(PhoneNumber(number)) }

/// One change of a line, as the ledger tells of it; by default the one that the design shows.
struct Story: Sendable {
    typealias Axes = (status: String?, reputation: String?)

    var number = "+12025551234"
    /// What the ledger knew.
    var before: Axes = ("ACTIVE", "AT_RISK")
    var after: Axes = ("FLAGGED", "CRITICAL")
    /// What the event says that was before.
    var previous: Axes = (nil, nil)
    var step: IncidentStep? = .opened
    var eventID: String? = "evt_1"
    var traceID: String? = "trace-1"

    /// The message about it, 120 ms after the decision.
    func message(_ type: String) throws -> Message { Message(type: type, about: try change()) }

    func change() throws -> LineChange {
        let line = try line(number)
        let (before, after) = (state(line, before), state(line, after))
        let assessment = after.assess(.standard)
        let isOpen = step != .resolved
        let incident = Incident(
            id: "inc_1",
            line: line,
            openedAt: isOpen ? moment : moment - .minutes(125),
            severity: isOpen ? assessment.severity : .critical,
            reasons: assessment.reasons,
            closedAt: isOpen ? nil : moment
        )
        return LineChange(
            before: before,
            after: after,
            assessmentBefore: before.assess(.standard),
            assessment: assessment,
            at: moment + .milliseconds(120),
            decisionSince: moment,
            observation: eventID == nil ? nil : observation(line),
            event: eventID.map { EventReference(id: $0, traceID: traceID) },
            incident: step == nil ? nil : incident,
            step: step
        )
    }

    private func state(_ line: PhoneNumber, _ axes: Axes) -> LineState {
        LineState(
            line,
            status: axes.status.map { Axis(Status($0), changedAt: moment, source: .webhook) },
            reputation: axes.reputation.map { Axis(Reputation($0), changedAt: moment, source: .webhook) }
        )
    }

    private func observation(_ line: PhoneNumber) -> Observation {
        Observation(
            line: line,
            source: .webhook,
            changedAt: moment - .seconds(5),
            status: after.status.map { Claim(Status($0), previous: previous.status.map { Status($0) }) },
            reputation: after.reputation.map {
                Claim(Reputation($0), previous: previous.reputation.map { Reputation($0) })
            }
        )
    }
}

/// A message about the daemon itself.
func alert(summary: String = "deliveries fail", remedy: String = "Repair the hook.") -> Message {
    Message(alert: .init(kind: "delivery_dead", summary: summary, remedy: remedy), at: moment)
}

/// An attempt to deliver, by default of a page that was rendered before.
func attempt(
    _ payload: [UInt8] = Array("{}".utf8),
    type: String = "incident.opened",
    line: PhoneNumber? = nil,
    now: Timestamp = moment
) -> Attempt {
    Attempt(id: "dlv_1", type: type, line: line, payload: payload, now: now)
}

extension Outcome {
    /// The failure, unless it was delivered.
    var failure: Failure? {
        switch self {
        case .delivered: nil
        case .retry(_, let failure), .failed(let failure), .broken(let failure): failure
        }
    }
}

extension Outcome {
    var isDelivered: Bool {
        if case .delivered = self { true } else { false }
    }
}
