package import Chrono
package import Hooks
package import Ledger

/// How one attempt went, for the log and the metrics.
package struct DeliveryReport: Sendable {
    package let hook: String
    package let delivery: DueDelivery
    /// Nil when the report is about the ledger, which could not take an outcome.
    package let outcome: Outcome?
    package let settlement: Settlement?
    package let duration: Span
    /// What the attempt taught about the hook, if it is news.
    package let news: HookNews?
    /// Why the outcome could not be written down; the lane tries again.
    package let unsettled: LedgerError?

    init(
        hook: String,
        delivery: DueDelivery,
        outcome: Outcome,
        settlement: Settlement,
        duration: Span,
        news: HookNews? = nil
    ) {
        self.hook = hook
        self.delivery = delivery
        self.outcome = outcome
        self.settlement = settlement
        self.duration = duration
        self.news = news
        unsettled = nil
    }

    init(hook: String, delivery: DueDelivery, unsettled: LedgerError) {
        self.hook = hook
        self.delivery = delivery
        outcome = nil
        settlement = nil
        duration = .zero
        news = nil
        self.unsettled = unsettled
    }
}
