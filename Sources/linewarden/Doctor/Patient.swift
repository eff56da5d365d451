import Crypto
import Hooks
import JSON
import Settings

/// The configuration as far as it can be read, and which check tells which of its problems.
struct Patient: Sendable {
    /// Why a check looks at nothing.
    static let needsConfiguration = "needs a configuration"

    let path: String
    /// Nil when the file cannot be read; then the reason is there.
    let inspection: SettingsInspection?
    let unreadable: String?

    init(path: String) {
        self.path = path
        do throws(SettingsInspection.Unreadable) {
            inspection = try SettingsInspection(path: path)
            unreadable = nil
        } catch {
            inspection = nil
            unreadable = error.reason
        }
    }

    var settings: Settings? { inspection?.settings }
    var hookNames: [String] { inspection?.hookNames ?? [] }

    /// Problems of secrets, and what they are referred to with.
    var secretProblems: [ConfigurationProblem] { problems { isOfSecret($0) } }

    /// Problems of `webhook.tls`.
    var certificateProblems: [ConfigurationProblem] { problems { isOfCertificate($0) } }

    /// All others.
    var otherProblems: [ConfigurationProblem] { problems { !isOfSecret($0) && !isOfCertificate($0) } }

    /// A hook whose whole entry is good: one without its secret would send unsigned, or to somebody else.
    func hook(_ name: String) -> HookSettings? {
        let key = "hooks.\(name)"
        let isBad = problems { !$0.isWarning && ($0.key == key || $0.key.hasPrefix("\(key).")) }.isEmpty == false
        return isBad ? nil : settings?.hooks.first { $0.name == name }
    }

    private func problems(_ isWanted: (ConfigurationProblem) -> Bool) -> [ConfigurationProblem] {
        inspection?.problems.filter(isWanted) ?? []
    }

    private func isOfSecret(_ problem: ConfigurationProblem) -> Bool {
        !isOfCertificate(problem)
            && inspection?.references.contains { problem.key == $0.key || problem.key.hasPrefix("\($0.key).") } ?? false
    }

    private func isOfCertificate(_ problem: ConfigurationProblem) -> Bool {
        problem.key == "webhook.tls" || problem.key.hasPrefix("webhook.tls.")
    }
}
