import Chrono
import JSON
import Ledger
import Lines
import Linq

/// `/v1/status`: whether everything is fine, then the facts.
struct StatusReport {
    /// How long a delivery may wait before that is a problem.
    static let longWait = Span.minutes(5)
    /// Days before a certificate's end from which it is a problem.
    static let certificateDays = 14

    let unreadiness: [String]
    let decisions: [Decision: Int]
    let lastEvent: Timestamp?
    /// The hooks of the configuration, in the order of their names.
    let names: [String]
    /// What is known of hooks: that they are broken, or asked for a pause.
    let hooks: [String: HookState]
    let backlog: [(hook: String, pending: Int, oldest: Timestamp)]
    let account: AccountStatus?
    let silences: Int
    let certificateSecondsLeft: Int?
    let now: Timestamp
    let started: Timestamp

    private var brokenHooks: [(name: String, reason: String, since: Timestamp?)] {
        hooks.sorted { $0.key < $1.key }.compactMap { name, state in
            state.brokenReason.map { (name, $0, state.brokenSince) }
        }
    }

    /// What is not fine, the gravest first; empty when everything is.
    ///
    /// A line that is paused is not among it: that is what linewarden is for.
    var problems: [String] {
        var problems = unreadiness.map { "what arrives cannot be stored: \($0)" }
        let certificate = certificateSecondsLeft.map { seconds -> String? in
            if seconds <= 0 { return "the certificate of the webhook listener has ended" }
            let days = seconds / 86_400
            guard days < Self.certificateDays else { return nil }
            return "the certificate of the webhook listener ends in \(days == 1 ? "1 day" : "\(days) days")"
        }
        if let certificate, let certificate, certificateSecondsLeft ?? 0 <= 0 { problems.append(certificate) }
        problems += brokenHooks.map { "hook \($0.name) takes nothing: \($0.reason)" }
        for entry in backlog where now - entry.oldest > Self.longWait {
            let number = entry.pending == 1 ? "1 delivery waits" : "\(entry.pending) deliveries wait"
            problems.append("\(number) for hook \(entry.hook), the oldest since \(entry.oldest.rfc3339)")
        }
        problems += account?.subscription?.findings.map { "the webhook subscription: \($0.sentence)" } ?? []
        if let failure = account?.failure { problems.append("Linq cannot be asked: \(failure.reason)") }
        if let certificate, let certificate, certificateSecondsLeft ?? 0 > 0 { problems.append(certificate) }
        return problems
    }

    /// How one hook is: `fine`, `broken` until somebody acts, or `resting` because its receiver asked for that.
    private func health(of name: String) -> JSON {
        let state = hooks[name]
        let rests = state.map { $0.notBefore > now } ?? false
        let waiting = backlog.first { $0.hook == name }
        return .object([
            ("hook", .string(name)),
            ("state", .string(state?.brokenReason != nil ? "broken" : rests ? "resting" : "fine")),
            ("reason", state?.brokenReason.map(JSON.string) ?? .null),
            ("since", state?.brokenSince.map { .string($0.rfc3339) } ?? .null),
            ("rests_until", rests ? state.map { .string($0.notBefore.rfc3339) } ?? .null : .null),
            ("pending", .number(waiting?.pending ?? 0)),
        ])
    }

    var json: JSON {
        let problems = problems
        return .object([
            ("version", .string(Version.current)),
            ("started_at", .string(started.rfc3339)),
            ("fine", .bool(problems.isEmpty)),
            ("problems", .array(problems.map(JSON.string))),
            ("ready", .bool(unreadiness.isEmpty)),
            ("reasons", .array(unreadiness.map(JSON.string))),
            ("lines", .object(Decision.allCases.map { ($0.rawValue, .number(decisions[$0] ?? 0)) })),
            ("last_event_at", lastEvent.map { .string($0.rfc3339) } ?? .null),
            (
                "broken_hooks",
                .array(
                    brokenHooks.map { hook in
                        .object([
                            ("hook", .string(hook.name)), ("reason", .string(hook.reason)),
                            ("since", hook.since.map { .string($0.rfc3339) } ?? .null),
                        ])
                    }
                )
            ),
            ("hooks", .array(names.map(health))),
            ("linq", account?.json ?? .null),
            ("silences", .number(silences)),
            (
                "pending",
                .array(
                    backlog.map { entry in
                        .object([
                            ("hook", .string(entry.hook)), ("deliveries", .number(entry.pending)),
                            ("oldest", .string(entry.oldest.rfc3339)),
                        ])
                    }
                )
            ),
            ("certificate_seconds", certificateSecondsLeft.map { .number($0) } ?? .null),
        ])
    }
}
