import Chrono
import Daemon
import HTTPClient
import Ledger
import Linq
import Settings

/// Whether Linq takes the key, and sends its events here.
struct AccountExamination: Examination {
    let patient: Patient
    let client: HTTPClient

    let name = "api key"
    private let subscription = "subscription"

    /// Linq is asked twice.
    var limit: Span { .seconds(20) }

    init(patient: Patient, client: HTTPClient) {
        self.patient = patient
        self.client = client
    }

    func verdicts() async -> [Verdict] {
        guard let settings = patient.settings else { return skipped(Patient.needsConfiguration) }
        guard let linq = settings.linq else {
            let isThere = patient.inspection?.hasLinq == true
            return skipped(isThere ? "needs a good section linq" : "nothing is asked of Linq: there is no section linq")
        }
        let api = PartnerAPI(linq.access, client: client, patience: .seconds(1), timeout: Checkup.patience)
        do throws(PartnerError) {
            let lines = try await api.lines()
            let count = lines.count == 1 ? "1 line" : "\(lines.count) lines"
            let key = Verdict.ok(name, "Linq takes it and lists \(count)")
            guard linq.access.version == .v3 else {
                return [key, .skipped(subscription, "API V2 does not tell of subscriptions")]
            }
            return [key] + (await judge(api, linq, settings, lines.map(\.phoneNumber)))
        } catch {
            return [.wrong(name, error.description, remedy(error)), .skipped(subscription, "Linq could not be asked")]
        }
    }

    private func skipped(_ why: String) -> [Verdict] { [.skipped(name, why), .skipped(subscription, why)] }

    private func remedy(_ error: PartnerError) -> String {
        if error.isRefusedAccess { return "Put a valid key where linq.api_key leads; Linq's dashboard has it." }
        if case .transport = error.kind {
            return "Look at the way to Linq's API: name server, firewall, linq.base_url."
        }
        return "Try again; if that does not help, quote the trace id to Linq's support."
    }

    private func judge(
        _ api: PartnerAPI,
        _ linq: LinqSettings,
        _ settings: Settings,
        _ lines: [String]
    ) async -> [Verdict] {
        let known = await knownIDs(settings)
        do throws(PartnerError) {
            let all = try await api.subscriptions()
            return verdicts(SubscriptionCheck(all, url: linq.webhookURL, ids: known, lines: lines))
        } catch {
            return [.wrong(subscription, error.description, remedy(error))]
        }
    }

    private func verdicts(_ check: SubscriptionCheck) -> [Verdict] {
        guard check.isCertain else {
            let found = "which subscription leads here is not known before the first delivery"
            return [.warning(subscription, found, "Set linq.webhook_url to this endpoint as Linq reaches it.")]
        }
        var verdicts: [Verdict] = check.findings.map { .wrong(subscription, $0.sentence, $0.remedy) }
        guard let ours = check.subscription else { return verdicts }
        if !check.missedEvents.isEmpty {
            let found = "it does not send \(check.missedEvents.joined(separator: ", "))"
            verdicts.append(.warning(subscription, found, "Add them to the subscription \(ours.id) at Linq."))
        }
        if WebhookSubscription.pinned(ours.targetURL) != ours.targetURL {
            let found = "its URL does not pin the version of payloads"
            let remedy = "Change it at Linq to \(WebhookSubscription.pinned(ours.targetURL))"
            verdicts.append(.warning(subscription, found, remedy))
        }
        if !check.others.isEmpty {
            let ids = check.others.map(\.id).joined(separator: ", ")
            verdicts.append(
                .warning(subscription, "there are others that lead here: \(ids)", "Delete at Linq what is not needed.")
            )
        }
        return verdicts.isEmpty
            ? [.ok(subscription, "\(ours.id) sends all that is needed to \(ours.targetURL)")] : verdicts
    }

    /// The subscriptions that deliveries came by, as the ledger remembers them; none where it cannot be read.
    private func knownIDs(_ settings: Settings) async -> Set<String> {
        let path = "\(settings.stateDirectory)/linewarden.db"
        guard let reader = try? LedgerReader(path: path, isIdle: LedgerExamination.isIdle(path)) else { return [] }
        var ids: Set<String> = []
        for endpoint in settings.webhook.endpoints {
            if let id = try? await reader.fact(SubscriptionBook.key(endpoint.path)) { ids.insert(id) }
        }
        return ids
    }
}
