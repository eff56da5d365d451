package import Chrono

/// What an operator wants of a line.
package enum OperatorAction: Sendable, Hashable {
    /// Hold it back, until a time or until somebody lets it go.
    case pause(until: Timestamp?)
    /// Let it send, whatever evidence says, until the next change.
    case resume
    /// A hold has come to its end by itself.
    case holdEnded
    /// A flapping line has been quiet for long enough.
    case flappingEnded

    /// The word for it in the history.
    package var type: String {
        switch self {
        case .pause: "operator.pause"
        case .resume: "operator.resume"
        case .holdEnded: "hold.ended"
        case .flappingEnded: "flapping.ended"
        }
    }
}

extension LineState {
    /// Does what an operator wants.
    package mutating func obey(_ action: OperatorAction, reason: String, at now: Timestamp) {
        switch action {
        case .pause(let until):
            hold = Hold(reason: reason, since: now, until: until)
            release = nil
        case .resume:
            hold = nil
            release = Release(reason: reason, since: now)
            (changes, flapping) = ([], nil)
        case .holdEnded: hold = nil
        case .flappingEnded: (changes, flapping) = ([], nil)
        }
    }
}
