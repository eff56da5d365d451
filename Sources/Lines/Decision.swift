package import Chrono

/// What a line's senders may do.
package enum Decision: String, Sendable, Hashable, CaseIterable, Comparable {
    case allowed, slowed, paused

    package static func < (left: Decision, right: Decision) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .allowed: 0
        case .slowed: 1
        case .paused: 2
        }
    }
}

/// How urgent an incident is, in PagerDuty's words (Events API v2, `payload.severity`).
package enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
    case info, warning, error, critical

    package static func < (left: Severity, right: Severity) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// One reason why a line may not send freely.
package struct Cause: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable { case status, reputation, hold, flapping, released }

    package let kind: Kind
    /// The axis value verbatim, such as `FLAGGED`; for a hold the operator's reason.
    package let value: String
    /// The word that routes match: the value itself, or `FLAGGED` for a hold and for a value nobody knows.
    package let routedAs: String
    package let decision: Decision
    package let severity: Severity

    /// The reason as a person reads it: `status is FLAGGED`.
    package var sentence: String {
        switch kind {
        case .hold: "held by an operator: \(value)"
        case .flapping: "flapping: \(value)"
        case .released: "released from the account\(value.isEmpty ? "" : " (\(value))")"
        case .status, .reputation:
            routedAs == value
                ? "\(kind.rawValue) is \(value)"
                : "\(kind.rawValue) is \(value.isEmpty ? "empty" : value), which is not known to be safe"
        }
    }
}

/// Which axis values pause a line, which slow it, and which are fine.
///
/// What is in no list pauses.
package struct DecisionPolicy: Sendable, Hashable {
    package var pause: Set<String>
    package var slow: Set<String>
    package var allow: Set<String>
    /// Changes of a line's decision within `flapWindow` that are still believed, 0: any number; with more the line is
    /// held paused until it has been quiet for as long.
    package var flapLimit = 6
    package var flapWindow = Span.minutes(30)

    /// Linq's recommendation: pause on FLAGGED and CRITICAL, slow on AT_RISK.
    package static let standard = DecisionPolicy(
        pause: ["FLAGGED", "CRITICAL"],
        slow: ["AT_RISK"],
        allow: ["ACTIVE", "HEALTHY"]
    )

    package init(pause: Set<String>, slow: Set<String>, allow: Set<String>) {
        self.pause = pause
        self.slow = slow
        self.allow = allow
    }

    func cause(_ kind: Cause.Kind, _ value: String) -> Cause? {
        // A word of the other axis is as unknown here as any other: HEALTHY is no status.
        if !Self.isForeign(value, to: kind) {
            if pause.contains(value) {
                let severity: Severity = value == "FLAGGED" ? .critical : .error
                return Cause(kind: kind, value: value, routedAs: value, decision: .paused, severity: severity)
            }
            if slow.contains(value) {
                return Cause(kind: kind, value: value, routedAs: value, decision: .slowed, severity: .warning)
            }
            if allow.contains(value) { return nil }
        }
        return Cause(kind: kind, value: value, routedAs: "FLAGGED", decision: .paused, severity: .critical)
    }

    private static func isForeign(_ value: String, to kind: Cause.Kind) -> Bool {
        switch kind {
        case .status: value == "HEALTHY" || value == "AT_RISK" || value == "CRITICAL"
        case .reputation: value == "ACTIVE" || value == "FLAGGED"
        case .hold, .flapping, .released: false
        }
    }
}

/// What follows from a line's state: the decision with its causes.
package struct Assessment: Sendable, Hashable {
    /// Status first, then reputation, then hold.
    package let causes: [Cause]

    package init(causes: [Cause]) { self.causes = causes }

    /// The strictest of the causes' decisions; without a cause the line may send.
    package var decision: Decision { causes.map(\.decision).max() ?? .allowed }

    /// The gravest of the causes' severities; recovery is `info`.
    package var severity: Severity { causes.map(\.severity).max() ?? .info }

    /// The causes as sentences.
    package var reasons: [String] { causes.map(\.sentence) }
}

extension LineState {
    /// Decides what the line's senders may do.
    package func assess(_ policy: DecisionPolicy) -> Assessment {
        // Nobody sends on a line that is not there, and nothing that is known of it will be taken back any more.
        if isReleased {
            let source = membership.map { $0.source == .webhook ? "" : "Linq lists it no more" } ?? ""
            return Assessment(causes: [
                Cause(kind: .released, value: source, routedAs: "RELEASED", decision: .allowed, severity: .info)
            ])
        }
        var causes: [Cause] = []
        if flapping != nil {
            // In place of what the evidence says at the moment: people are told once, not at every turn.
            causes.append(
                Cause(
                    kind: .flapping,
                    value: "more than \(policy.flapLimit) changes within \(policy.flapWindow.phrase)",
                    routedAs: "FLAGGED",
                    decision: .paused,
                    severity: .critical
                )
            )
        } else if release == nil {
            if let status, let cause = policy.cause(.status, status.value.description) { causes.append(cause) }
            if let reputation, let cause = policy.cause(.reputation, reputation.value.description) {
                causes.append(cause)
            }
        }
        if let hold {
            causes.append(
                Cause(
                    kind: .hold,
                    value: hold.reason,
                    routedAs: "FLAGGED",
                    decision: .paused,
                    severity: .warning
                )
            )
        }
        return Assessment(causes: causes)
    }
}
