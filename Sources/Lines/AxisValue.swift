/// A value on one of a line's two axes, ordered by how bad it is, so that of two claims of the same moment the worse
/// can win.
///
/// Values outside the vendor's lists are kept verbatim and are the worst: in doubt a line is not safe.
package protocol AxisValue: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Reads the vendor's spelling; every text has a meaning.
    init(_ text: String)
    /// The rank of badness, 0 for a line in good order.
    var badness: Int { get }
}

extension AxisValue {
    package static func < (left: Self, right: Self) -> Bool {
        // Two unknown values of the same badness still need one order, or merging would depend on arrival.
        (left.badness, left.description) < (right.badness, right.description)
    }
}

/// Whether Linq lets the line send (`status`, Linq's guide "Phone Numbers", section Status changes).
package enum Status: AxisValue {
    /// Sends and receives normally.
    case active
    /// Restricted: new messages may fail.
    case flagged
    /// A value this version does not know, verbatim.
    case other(String)

    package init(_ text: String) {
        switch text {
        case "ACTIVE": self = .active
        case "FLAGGED": self = .flagged
        default: self = .other(text)
        }
    }

    package var badness: Int {
        switch self {
        case .active: 0
        case .flagged: 1
        case .other: 2
        }
    }

    package var description: String {
        switch self {
        case .active: "ACTIVE"
        case .flagged: "FLAGGED"
        case .other(let text): text
        }
    }
}

/// Where the line is heading (`reputation`, in older payloads `health_status`; Linq's guide "Phone Reputation").
package enum Reputation: AxisValue {
    /// No elevated risk.
    case healthy
    /// Elevated risk: slow the pace.
    case atRisk
    /// High risk: pause outbound until it recovers.
    case critical
    /// A value this version does not know, verbatim.
    case other(String)

    package init(_ text: String) {
        switch text {
        case "HEALTHY": self = .healthy
        case "AT_RISK": self = .atRisk
        case "CRITICAL": self = .critical
        default: self = .other(text)
        }
    }

    package var badness: Int {
        switch self {
        case .healthy: 0
        case .atRisk: 1
        case .critical: 2
        case .other: 3
        }
    }

    package var description: String {
        switch self {
        case .healthy: "HEALTHY"
        case .atRisk: "AT_RISK"
        case .critical: "CRITICAL"
        case .other(let text): text
        }
    }
}
