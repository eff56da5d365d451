import Chrono
import Crypto
import HTTPClient
import JSON
import Settings

/// Whether Linq will accept the certificate that the webhook listener shows.
struct CertificateExamination: Examination {
    /// Time enough to renew it by hand.
    private static let shortly = 14 * 86_400

    let patient: Patient

    let name = "certificate"

    func verdicts() async -> [Verdict] {
        guard let settings = patient.settings else { return [.skipped(name, Patient.needsConfiguration)] }
        guard let certificate = settings.webhook.tls else {
            let problems = patient.certificateProblems.filter { !$0.isWarning }
            if problems.isEmpty { return [.skipped(name, "TLS ends elsewhere: there is no webhook.tls")] }
            return problems.map { .wrong(name, $0.description) }
        }
        var verdicts = [dates(certificate)].compactMap { $0 }
        let host = settings.linq?.webhookURL.flatMap { try? WebAddress($0) }?.host
        if let host, !certificate.covers(String(host.filter { $0 != "[" && $0 != "]" })) {
            let found = "it is not for \(host), where linq.webhook_url leads"
            verdicts.append(.wrong(name, found, "Have one made for that name, or correct linq.webhook_url."))
        }
        if let reason = certificate.distrust {
            let found = "no authority that this machine trusts vouches for it: \(reason)"
            let remedy = "The file must hold the whole chain (fullchain.pem), from an authority that Linq trusts."
            verdicts.append(.warning(name, found, remedy))
        }
        let days = "it fits its key and lasts \(Span.seconds(certificate.secondsLeft).phrase)"
        return verdicts.isEmpty ? [.ok(name, host.map { "\(days), for \($0)" } ?? days)] : verdicts
    }

    private func dates(_ certificate: TLSContext) -> Verdict? {
        let left = certificate.secondsLeft
        let remedy = "Renew it, and run linewarden reload."
        if left < 0 {
            return .wrong(name, "it has ended \(Span.seconds(-left).phrase) ago: Linq refuses to connect", remedy)
        }
        if left < Self.shortly { return .warning(name, "it ends in \(Span.seconds(left).phrase)", remedy) }
        return nil
    }
}
