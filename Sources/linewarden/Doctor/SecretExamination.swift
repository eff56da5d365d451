import Crypto
import JSON
import Posix
import Settings

/// Whether every reference to a secret leads to one, and who else could read it.
struct SecretExamination: Examination {
    let patient: Patient

    let name = "secrets"

    func verdicts() async -> [Verdict] {
        guard let inspection = patient.inspection, inspection.settings != nil || !inspection.references.isEmpty else {
            return [.skipped(name, Patient.needsConfiguration)]
        }
        var verdicts = patient.secretProblems.map { verdict($0, inspection.references) }
        for path in secretFiles(inspection.references) where File.isPublic(path) == true {
            verdicts.append(
                .warning(name, "\(path) can be read by everybody on this machine", "chmod o-rwx \(path)")
            )
        }
        return verdicts.isEmpty ? [.ok(name, summary(inspection.references))] : verdicts
    }

    private func verdict(_ problem: ConfigurationProblem, _ references: [SecretReference]) -> Verdict {
        if problem.isWarning { return .warning(name, problem.description) }
        let reference = references.first { problem.key == $0.key || problem.key.hasPrefix("\($0.key).") }
        return .wrong(name, problem.description, reference.flatMap { $0.isFound ? nil : remedy($0) })
    }

    private func remedy(_ reference: SecretReference) -> String {
        switch reference.form {
        case "env":
            "Set it where the daemon gets its variables (EnvironmentFile= of its unit). If it is set there, run doctor with "
                + "the same: systemd-run --pipe --wait -p EnvironmentFile=PATH linewarden doctor"
        case "credential":
            "If the daemon's unit has it, run doctor with the same: "
                + "systemd-run --pipe --wait -p LoadCredential=\(reference.name):PATH linewarden doctor"
        default: "Put the secret there, and let the user that linewarden runs as read it."
        }
    }

    /// Files that hold secrets; certificates are told to everybody.
    private func secretFiles(_ references: [SecretReference]) -> [String] {
        let secret = references.filter { $0.key != "webhook.tls.certificate" && !$0.key.hasSuffix(".ca") }
        return Set(secret.compactMap(\.path)).sorted()
    }

    /// How many there are, and where they come from.
    private func summary(_ references: [SecretReference]) -> String {
        let secret = references.filter { !$0.key.hasPrefix("webhook.tls.") && !$0.key.hasSuffix(".ca") }
        if secret.allSatisfy({ $0.form == "literal" }) { return "the configuration refers to none" }
        func names(_ form: String) -> [String] { Set(secret.filter { $0.form == form }.map(\.name)).sorted() }
        let parts = [("variables", names("env")), ("files", names("file")), ("credentials", names("credential"))]
            .filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: ", "))" }
        return "all are there: \(parts.joined(separator: "; "))"
    }
}
