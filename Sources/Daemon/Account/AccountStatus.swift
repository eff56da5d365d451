import Chrono
import JSON
import Lines
import Linq

/// What is known of Linq's side: when it was asked last, and what was found.
struct AccountStatus: Sendable {
    /// When the list of lines was last compared; nil: never since the start.
    var reconciledAt: Timestamp?
    /// Lines in that list.
    var lines = 0
    /// Lines that were found to be other than the deliveries said, since the start.
    var differences = 0
    /// Why Linq could not be asked, and since when; nil: it could.
    var failure: (reason: String, since: Timestamp)?
    /// What was found about the subscription; nil: nobody has looked.
    var subscription: SubscriptionCheck?

    var json: JSON {
        .object([
            ("reconciled_at", reconciledAt.map { .string($0.rfc3339) } ?? .null),
            ("lines", .number(lines)),
            ("differences", .number(differences)),
            (
                "failure",
                failure.map { failure in
                    .object([("reason", .string(failure.reason)), ("since", .string(failure.since.rfc3339))])
                } ?? .null
            ),
            (
                "subscription",
                subscription.map { check in
                    .object([
                        ("id", check.subscription.map { .string($0.id) } ?? .null),
                        ("target_url", check.subscription.map { .string($0.targetURL) } ?? .null),
                        ("ok", .bool(check.findings.isEmpty && check.isCertain)),
                        ("known", .bool(check.isCertain)),
                        ("problems", .array(check.findings.map { .string($0.sentence) })),
                    ])
                } ?? .null
            ),
        ])
    }
}
