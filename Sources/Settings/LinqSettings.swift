package import Chrono
package import Linq

/// What is asked of Linq itself, and how often.
package struct LinqSettings: Sendable {
    /// Where its API is, with the key.
    package let access: PartnerAccess
    /// How often lines are compared with what Linq says of them.
    package let reconcileEvery: Span
    /// Whether a page brings a reputation audit of its line with it.
    package let audits: Bool
    /// Where the webhook subscription should lead; nil: nobody looks.
    package let webhookURL: String?
    /// Whether a subscription that was switched off is switched on again.
    package let keepsSubscriptionActive: Bool
    /// How long after a pause messages may still go out without anybody being told.
    package let pauseGrace: Span
}
