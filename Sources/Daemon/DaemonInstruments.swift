import HTTPServer
import Ledger
import Metrics
import Synchronization

/// Everything the daemon counts.
struct DaemonInstruments: Sendable {
    /// Webhook requests by outcome: stored, duplicate, ignored, quarantined, or the error of the answer.
    let requests = Counter()
    /// Genuine events by type.
    let events = Counter()
    /// From a whole request to its answer, for those that were written down.
    let acknowledgement = Histogram(bounds: Histogram.seconds)
    /// Events that changed nothing because newer evidence was known.
    let stale = Counter()
    /// By axis: `previous_*` differed from what was stored, so an event is missing.
    let gaps = Counter()
    /// By hook and outcome: delivered, retry, dead.
    let deliveries = Counter()
    /// By hook and label.
    let deliveryFailures = Counter()
    /// By hook: from the start of an attempt to its outcome.
    let deliverySeconds = LabelledHistogram(bounds: Histogram.seconds + [30, 60])
    /// By where it begins: until a hook that pauses a line's sender has answered.
    let timeToPause = LabelledHistogram(bounds: Histogram.minutes)
    let reloads = Counter()
    /// Comparisons with Linq's list of lines by outcome: compared, failed.
    let reconciles = Counter()
    /// Lines that the list showed to be other than the deliveries had said.
    let differences = Counter()
    /// Attempts of calls of Linq's API by outcome: ok, failed.
    let exchanges = Counter()
    /// Audits of lines by outcome: complete, failed.
    let inspections = Counter()
    private let hookNames = HookNames()

    private final class HookNames: Sendable { let names = Mutex<[String]>([]) }

    /// Prometheus sees a counter grow only if it has seen it before: what alerts look at is there from the start.
    init() {
        for outcome in ["stored", "duplicate", "ignored", "quarantined", "signature_mismatch", "not_stored"] {
            requests.add(0, outcome)
        }
        for axis in ["status", "reputation"] { gaps.add(0, axis) }
        for outcome in ["taken", "refused"] { reloads.add(0, outcome) }
        for outcome in ["compared", "failed"] { reconciles.add(0, outcome) }
        for outcome in ["ok", "failed"] { exchanges.add(0, outcome) }
        for outcome in ["complete", "failed"] { inspections.add(0, outcome) }
        for origin in ["changed_at", "received"] { timeToPause.of(origin) }
    }

    /// The hooks of the configuration.
    var hooks: [String] { hookNames.names.withLock { $0 } }

    /// Takes over the hooks of a configuration: from now on they are counted from 0.
    func adopt(hooks: [String]) {
        hookNames.names.withLock { $0 = hooks.sorted() }
        for hook in hooks {
            for outcome in ["delivered", "retry", "dead"] { deliveries.add(0, hook, outcome) }
            deliverySeconds.of(hook)
        }
    }
}
