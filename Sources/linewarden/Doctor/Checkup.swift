import Chrono
import HTTPClient
import Hooks
import Linq
import Settings

/// Everything that is looked at, all at the same time.
struct Checkup: Sendable {
    /// How long Linq has for an answer.
    static let patience = Span.seconds(8)

    private let examinations: [any Examination]

    /// - Parameters:
    ///   - path: Of the configuration.
    ///   - admin: How the daemon is asked, where that is not as the configuration says.
    ///   - sendsTest: Whether hooks are sent a message.
    init(path: String, admin: AdminClient, sendsTest: Bool) {
        let patient = Patient(path: path)
        let settings = patient.settings
        let client = HTTPClient(userAgent: "linewarden")
        var examinations: [any Examination] = [
            ConfigurationExamination(patient: patient), SecretExamination(patient: patient),
            DaemonExamination(admin: admin, settings: settings), LedgerExamination(settings: settings),
            ClockExamination(patient: patient, client: client), CertificateExamination(patient: patient),
            AccountExamination(patient: patient, client: client),
        ]
        let context = HookContext(client: client, access: settings?.linq?.access) { _ in .none }
        for name in patient.hookNames {
            let hook = patient.hook(name)
            examinations.append(HookExamination(hookName: name, hook: hook, sendsTest: sendsTest, context: context))
        }
        self.examinations = examinations
    }

    /// In the order in which they are told.
    func diagnosis() async -> Diagnosis {
        await withTaskGroup(of: (Int, [Verdict]).self) { group in
            for (index, examination) in examinations.enumerated() {
                group.addTask { (index, await examination.boundedVerdicts()) }
            }
            var found = Array(repeating: [Verdict](), count: examinations.count)
            for await (index, verdicts) in group { found[index] = verdicts }
            return Diagnosis(verdicts: found.flatMap { $0 })
        }
    }
}
