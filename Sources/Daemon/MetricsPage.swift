import Linq
import Chrono
import HTTPServer
import Ledger
import Lines
import Metrics

/// The page that Prometheus reads.
struct MetricsPage {
    let instruments: DaemonInstruments
    let ledger: Ledger.Instruments
    let webhook: HTTPServer.Instruments
    let decisions: [Decision: Int]
    let hooks: [String: HookState]
    let silences: Int
    let backlog: [(hook: String, pending: Int, oldest: Timestamp)]
    /// When the last event was received.
    let lastEvent: Timestamp?
    /// Bytes of the ledger's files on disk.
    let ledgerBytes: Int
    /// What is known of Linq's side; nil where it is not asked.
    let account: AccountStatus?
    /// Who listens to decisions at the moment.
    let readers: Int
    let isReady: Bool
    let certificateSecondsLeft: Int?
    let now: Timestamp
    let started: Timestamp

    var text: String {
        var page = Exposition()
        page.gauge(
            "linewarden_build_info",
            "The version that runs; always 1.",
            labels: ["version"],
            [(labels: [Version.current], value: 1)]
        )
        page.gauge("linewarden_ready", "Whether the daemon can store what it receives.", isReady ? 1 : 0)
        intake(&page)
        storage(&page)
        lines(&page)
        deliveries(&page)
        connections(&page)
        account(&page)
        process(&page)
        page.counter("linewarden_reloads_total", "Reloads by outcome.", labels: ["outcome"], instruments.reloads)
        return page.text
    }

    private func account(_ page: inout Exposition) {
        page.counter(
            "linewarden_reconciles_total",
            "Comparisons with Linq's list of lines by outcome.",
            labels: ["outcome"],
            instruments.reconciles
        )
        page.counter(
            "linewarden_reconcile_differences_total",
            "Lines that Linq's list showed to be other than the deliveries had said.",
            instruments.differences
        )
        page.counter(
            "linewarden_linq_calls_total",
            "Attempts of calls of Linq's API by outcome.",
            labels: ["outcome"],
            instruments.exchanges
        )
        page.counter(
            "linewarden_audits_total",
            "Reputation audits of lines by outcome.",
            labels: ["outcome"],
            instruments.inspections
        )
        if let account {
            page.gauge(
                "linewarden_reconciled_timestamp_seconds",
                "When the lines were last compared with Linq's list; 0: not since the start.",
                account.reconciledAt.map { Double($0.microseconds) / 1e6 } ?? 0
            )
            page.gauge(
                "linewarden_subscription_ok",
                "Whether the webhook subscription sends what it should.",
                account.subscription.map { $0.findings.isEmpty } ?? true ? 1 : 0
            )
        }
    }

    private func intake(_ page: inout Exposition) {
        page.counter(
            "linewarden_requests_total",
            "Webhook requests by outcome.",
            labels: ["outcome"],
            instruments.requests
        )
        page.counter("linewarden_events_total", "Genuine events by type.", labels: ["type"], instruments.events)
        page.histogram(
            "linewarden_acknowledgement_seconds",
            "From a whole request to the answer that it is stored.",
            instruments.acknowledgement
        )
        page.gauge(
            "linewarden_last_event_timestamp_seconds",
            "When the last genuine event was stored; 0: never.",
            lastEvent.map { Double($0.microseconds) / 1e6 } ?? 0
        )
        page.counter(
            "linewarden_stale_events_total",
            "Events that changed nothing because newer evidence was known.",
            instruments.stale
        )
        page.counter(
            "linewarden_gaps_total",
            "Events whose previous value differed from what was stored: one is missing.",
            labels: ["axis"],
            instruments.gaps
        )
    }

    private func storage(_ page: inout Exposition) {
        page.histogram("linewarden_commit_batch_size", "Requests that shared one commit.", ledger.batchSize)
        page.histogram("linewarden_commit_seconds", "Duration of commits.", ledger.commitSeconds)
        page.counter("linewarden_commit_failures_total", "Commits that failed.", ledger.failures)
        page.counter(
            "linewarden_checkpoints_total",
            "Rounds of moving writes from the ledger's log into its database.",
            ledger.checkpoints
        )
        page.histogram("linewarden_checkpoint_seconds", "Duration of such rounds.", ledger.checkpointSeconds)
        page.gauge("linewarden_ledger_bytes", "Size of the ledger with its log of writes.", Double(ledgerBytes))
    }

    private func lines(_ page: inout Exposition) {
        page.gauge(
            "linewarden_lines",
            "Known lines by what their senders may do.",
            labels: ["decision"],
            Decision.allCases.map { (labels: [$0.rawValue], value: Double(decisions[$0] ?? 0)) }
        )
    }

    private func deliveries(_ page: inout Exposition) {
        page.counter(
            "linewarden_deliveries_total",
            "Attempts to deliver to a hook by outcome.",
            labels: ["hook", "outcome"],
            instruments.deliveries
        )
        page.counter(
            "linewarden_delivery_failures_total",
            "Attempts that failed, by reason.",
            labels: ["hook", "reason"],
            instruments.deliveryFailures
        )
        page.histogram(
            "linewarden_delivery_seconds",
            "Duration of attempts to deliver, by hook.",
            labels: ["hook"],
            instruments.deliverySeconds
        )
        page.histogram(
            "linewarden_time_to_pause_seconds",
            "Until a hook took a pause: from changed_at, or from when the event was received.",
            labels: ["from"],
            instruments.timeToPause
        )
        page.gauge(
            "linewarden_hook_broken",
            "Whether a hook takes nothing until an operator acts.",
            labels: ["hook"],
            instruments.hooks.map { (labels: [$0], value: hooks[$0]?.brokenReason == nil ? 0 : 1) }
        )
        page.gauge("linewarden_silences", "Silences in force.", Double(silences))
        page.gauge(
            "linewarden_pending_deliveries",
            "Deliveries that wait, by hook.",
            labels: ["hook"],
            backlog.map { (labels: [$0.hook], value: Double($0.pending)) }
        )
        page.gauge(
            "linewarden_oldest_pending_delivery_seconds",
            "Age of the oldest delivery that waits, by hook.",
            labels: ["hook"],
            backlog.map { (labels: [$0.hook], value: max(0, (now - $0.oldest).seconds)) }
        )
    }
}
