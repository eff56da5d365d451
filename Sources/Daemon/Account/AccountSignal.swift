import Lines

/// What a delivery says about the account, beyond what it says about one line: a reason to look at Linq's side now.
enum AccountSignal: Sendable {
    /// Deliveries about this line are missing.
    case gap(PhoneNumber)
    /// A line joined or left the account.
    case linesChanged
    /// Somebody changed a webhook subscription.
    case subscriptionChanged
}
