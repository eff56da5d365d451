import Chrono
package import Hooks
import Ledger

/// How a lane goes about its work.
package struct LaneSettings: Sendable {
    let name: String
    let retry: RetryPolicy
    /// How long pages gather before they go out together.
    let groupWait: Span
    /// The time from one message to the next at the least; nil: none.
    let pace: Span?
    /// Age at which a page that is still not delivered is told by the fallback too.
    let fallbackAfter: Span

    package init(_ hook: HookSettings) {
        name = hook.name
        retry = hook.retry
        groupWait = hook.groupWait
        pace = hook.pace
        fallbackAfter = hook.fallbackAfter
    }

    init(
        name: String,
        retry: RetryPolicy,
        groupWait: Span = .zero,
        pace: Span? = nil,
        fallbackAfter: Span = .minutes(5)
    ) {
        self.name = name
        self.retry = retry
        self.groupWait = groupWait
        self.pace = pace
        self.fallbackAfter = fallbackAfter
    }

    /// What becomes of a delivery after an attempt.
    func settlement(
        of delivery: DueDelivery,
        _ outcome: Outcome,
        _ health: HookHealth,
        _ time: DeliveryTime
    ) -> Settlement {
        // That this attempt has certainly failed says nothing about those before it.
        func mayHaveArrived(_ failure: Failure) -> Bool { failure.mayHaveArrived || delivery.mayHaveArrived }
        let failure: Failure
        let wait: Span
        let backoff = retry.delay(failures: delivery.attempts + 1, random: .random(in: 0...1))
        switch outcome {
        case .delivered: return .delivered
        case .failed(let why): return .dead(error: why.description, mayHaveArrived: mayHaveArrived(why))
        case .retry(let after, let why): (failure, wait) = (why, after ?? backoff)
        // A pause must not wait for long once the sender is back; a page has its fallback meanwhile.
        case .broken(let why): (failure, wait) = (why, delivery.channel == .control ? backoff : retry.broken)
        }
        if age(of: delivery, time) >= retry.giveUpAfter {
            return .dead(
                error: "given up after \(retry.giveUpAfter.phrase): \(failure.description)",
                mayHaveArrived: mayHaveArrived(failure)
            )
        }
        return .retry(
            notBefore: time.now + wait,
            error: failure.description,
            mayHaveArrived: mayHaveArrived(failure)
        )
    }

    /// Whether a page or alert must be told elsewhere now.
    func callsForDetour(_ delivery: DueDelivery, _ settlement: Settlement, _ time: DeliveryTime) -> Bool {
        switch settlement {
        case .delivered: false
        case .dead: delivery.channel != .control
        case .retry: delivery.channel != .control && age(of: delivery, time) >= fallbackAfter
        }
    }

    /// By the clock that is further back: one that was wrong and is set right ages nothing.
    private func age(of delivery: DueDelivery, _ time: DeliveryTime) -> Span {
        min(time.wall, time.now) - delivery.createdAt
    }
}
