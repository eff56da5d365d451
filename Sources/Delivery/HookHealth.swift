import Chrono
package import Hooks
import Ledger

/// What a lane knows of its hook beyond single deliveries: that it is broken, or asked us to wait.
struct HookHealth {
    private(set) var state: HookState
    /// Whether the last attempt taught something that is worth writing down.
    private(set) var changed = false
    /// When a broken hook is tried again.
    private(set) var probeAt: Timestamp
    private let probeEvery: Span

    init(_ state: HookState?, probeEvery: Span) {
        self.state = state ?? HookState(notBefore: Timestamp(microseconds: 0))
        self.probeEvery = probeEvery
        probeAt = Timestamp(microseconds: 0)
    }

    var isBroken: Bool { state.brokenReason != nil }

    /// Nothing at all is sent before.
    var waitsUntil: Timestamp { state.notBefore }

    /// Whether a page may be tried: at a broken hook only now and then.
    func allowsPages(at now: Timestamp) -> Bool { !isBroken || probeAt <= now }

    mutating func noteProbe(at now: Timestamp) { probeAt = now + probeEvery }

    /// Takes in how an attempt ended; gives what is worth telling people.
    mutating func learn(_ outcome: Outcome, now: Timestamp, wall: Timestamp) -> HookNews? {
        let before = state
        defer { changed = state != before }
        switch outcome {
        case .delivered:
            state.notBefore = Timestamp(microseconds: 0)
            guard isBroken else { return nil }
            (state.brokenReason, state.brokenSince) = (nil, nil)
            return .healed
        case .broken(let failure):
            probeAt = now + probeEvery
            let isNews = !isBroken
            state.brokenReason = failure.description
            state.brokenSince = state.brokenSince ?? wall
            return isNews ? .broken(failure) : nil
        case .retry(let after, _):
            if let after { state.notBefore = now + after }
            return nil
        case .failed: return nil
        }
    }
}

/// What people should hear of a hook.
package enum HookNews: Sendable, Hashable {
    case broken(Failure)
    case healed
}

extension AttemptRecord {
    /// Characters kept of what was said at length.
    private static let detailLimit = 10_000

    init(_ outcome: Outcome, at: Timestamp, duration: Span) {
        let (word, answer, detail): (String, String, String?) =
            switch outcome {
            case .delivered(let answer): ("delivered", answer.description, answer.detail)
            case .retry(_, let failure): ("retry", failure.description, failure.detail)
            case .failed(let failure): ("failed", failure.description, failure.detail)
            case .broken(let failure): ("broken", failure.description, failure.detail)
            }
        self.init(
            at: at,
            duration: duration,
            outcome: word,
            answer: answer,
            detail: detail.map { String($0.prefix(Self.detailLimit)) }
        )
    }
}
