import HTTPServer
import Ledger
import Metrics

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
    /// From the start of an attempt to its outcome.
    let deliverySeconds = Histogram(bounds: Histogram.seconds + [30, 60])
    let reloads = Counter()
    /// Comparisons with Linq's list of lines by outcome: compared, failed.
    let reconciles = Counter()
    /// Lines that the list showed to be other than the deliveries had said.
    let differences = Counter()
    /// Attempts of calls of Linq's API by outcome: ok, failed.
    let exchanges = Counter()
    /// Audits of lines by outcome: complete, failed.
    let inspections = Counter()
}
