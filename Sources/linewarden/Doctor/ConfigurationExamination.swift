import JSON

/// Whether the daemon would take the file, as `check` tells it.
struct ConfigurationExamination: Examination {
    let patient: Patient

    let name = "configuration"

    func verdicts() async -> [Verdict] {
        if let reason = patient.unreadable { return [.wrong(name, reason)] }
        let problems = patient.otherProblems
        let last = problems.lastIndex { !$0.isWarning }
        let verdicts = problems.enumerated().map { index, problem -> Verdict in
            if problem.isWarning { return .warning(name, problem.description) }
            let remedy = "Until this is put right the daemon does not start; one that runs keeps its old settings."
            return .wrong(name, problem.description, index == last ? remedy : nil)
        }
        if last != nil { return verdicts }
        let others = [("its secrets", patient.secretProblems), ("its certificate", patient.certificateProblems)]
            .filter { $0.1.contains { !$0.isWarning } }.map(\.0)
        let exception = others.isEmpty ? "" : " but for \(others.joined(separator: " and "))"
        return verdicts.isEmpty ? [.ok(name, "\(patient.path) is good\(exception)")] : verdicts
    }
}
