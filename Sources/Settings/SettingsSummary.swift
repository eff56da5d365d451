import Chrono
import Hooks
package import JSON
import Lines
import Linq
import Posix
import Routing

/// What a configuration will do, in words.
package struct SettingsSummary: Sendable {
    private let settings: Settings

    package init(_ settings: Settings) { self.settings = settings }

    /// A paragraph for people.
    package var text: String {
        var lines: [String] = []
        let listen = settings.webhook.listen.map(\.description).joined(separator: ", ")
        for endpoint in settings.webhook.endpoints {
            let secrets = endpoint.secrets.count == 1 ? "1 secret" : "\(endpoint.secrets.count) secrets"
            lines.append(
                "webhook    POST \(endpoint.path) on \(listen), \(secrets), \(settings.webhook.tolerance.phrase) of tolerance"
            )
        }
        let admin = settings.admin.listen.map(\.description).joined(separator: ", ")
        lines.append("admin      \(admin)\(settings.admin.token == nil ? "" : ", with a token")")
        lines.append("state      \(settings.stateDirectory), history kept for \(settings.retention.phrase)")
        if let linq = settings.linq { lines += sentences(linq) }
        let policy = settings.policy
        lines.append(
            "decisions  pause on \(list(policy.pause)) and on any value that is not known; slow on \(list(policy.slow))"
        )
        if policy.flapLimit > 0 {
            lines.append(
                "flapping   held paused after more than \(policy.flapLimit) changes within \(policy.flapWindow.phrase)"
            )
        }
        for hook in settings.hooks {
            let fallback = hook.fallback.map { "; what it does not take goes to \($0)" } ?? ""
            lines.append("hook       \(hook.name) (\(hook.type)): \(hook.kind.summary)\(fallback)")
        }
        for rule in settings.routing.rules { lines.append("route      \(rule.name): \(sentence(rule))") }
        if !settings.alertHooks.isEmpty {
            lines.append("alerts     linewarden's own troubles page \(settings.alertHooks.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }

    /// The routes for programs.
    package var routes: JSON {
        .array(
            settings.routing.rules.map { rule in
                .object([
                    ("name", .string(rule.name)), ("on", .array(rule.on.sorted().map(JSON.string))),
                    ("lines", .array(rule.lines.map { .string($0.description) })),
                    ("pause", .array(rule.pause.map(JSON.string))), ("slow", .array(rule.slow.map(JSON.string))),
                    ("page", .array(rule.page.map(JSON.string))), ("sentence", .string(sentence(rule))),
                ])
            }
        )
    }

    private func sentences(_ linq: LinqSettings) -> [String] {
        let version = linq.access.version == .v2 ? "V2" : "V3"
        let audits = linq.audits ? "; pages come with a reputation audit" : ""
        var lines = [
            "linq       API \(version) at \(linq.access.baseURL), asked every \(linq.reconcileEvery.phrase)\(audits)",
            "linq       a paused line may send for \(linq.pauseGrace.phrase) before people hear of it",
        ]
        if let url = linq.webhookURL, linq.access.version == .v3 {
            let keeping = linq.keepsSubscriptionActive ? "; switched on again when it is switched off" : ""
            lines.append("linq       the subscription should lead to \(url)\(keeping)")
        }
        return lines
    }

    private func sentence(_ rule: Rule) -> String {
        let lines =
            rule.lines == [.all] ? "any line" : "a line like \(rule.lines.map(\.description).joined(separator: " or "))"
        let actions = [("pauses", rule.pause), ("slows", rule.slow), ("pages", rule.page)]
            .filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: ", "))" }
        let reminder = rule.remindEvery.map { ", again every \($0.phrase)" } ?? ""
        return
            "\(list(rule.on)) on \(lines) \(actions.isEmpty ? "does nothing" : actions.joined(separator: " and "))\(reminder)"
    }

    private func list(_ values: Set<String>) -> String {
        values.isEmpty ? "nothing" : values.sorted().joined(separator: ", ")
    }
}
