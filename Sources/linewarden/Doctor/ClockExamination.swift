import Chrono
import HTTPClient
import Linq
import Posix
import Settings

/// Whether this machine's clock agrees with Linq's: a delivery whose time is too far off is refused.
struct ClockExamination: Examination {
    /// Beyond this the clock is not kept right by anybody.
    private static let usual = Span.seconds(30)

    let patient: Patient
    let client: HTTPClient

    let name = "clock"

    func verdicts() async -> [Verdict] {
        guard let settings = patient.settings else { return [.skipped(name, Patient.needsConfiguration)] }
        guard let linq = settings.linq else {
            let why =
                patient.inspection?.hasLinq == true ? "needs a good section linq" : "needs a section linq to compare it"
            return [.skipped(name, why)]
        }
        // Any answer has the time, and nobody needs a key for it.
        let request = OutgoingRequest(method: "HEAD", url: linq.access.baseURL, timeout: Checkup.patience)
        let before = Clock.system.now()
        guard let answer = try? await client.send(request) else {
            return [.skipped(name, "Linq gave no answer to compare it with")]
        }
        let trip = answer.duration
        guard let date = answer.header("Date").flatMap({ Timestamp(httpDate: $0) }) else {
            return [.skipped(name, "Linq's answer has no date to compare it with")]
        }
        // Half of the way back and forth has passed, and on average half of the second that the date tells.
        let middle = before + Span(microseconds: trip.microseconds / 2)
        return [verdict(middle - (date + .milliseconds(500)), tolerance: settings.webhook.tolerance)]
    }

    /// `ahead`: how far this machine's clock is ahead of Linq's.
    private func verdict(_ ahead: Span, tolerance: Span) -> Verdict {
        let distance = Span(microseconds: ahead.microseconds < 0 ? -ahead.microseconds : ahead.microseconds)
        let found = "it is \(distance.phrase) \(ahead < .zero ? "behind" : "ahead of") Linq's"
        let remedy = "Have it set from the network: timedatectl set-ntp true"
        if distance > tolerance {
            let refused = "\(found): deliveries are refused beyond \(tolerance.phrase) (webhook.tolerance)"
            return .wrong(name, refused, remedy)
        }
        if distance > Self.usual { return .warning(name, found, remedy) }
        return .ok(name, distance > .seconds(2) ? found : "it agrees with Linq's")
    }
}
