import Chrono
import Delivery
import Hooks
import Ledger
import Lines
import Logging
import Metrics
import Posix

/// Counts attempts, and writes a line for each that failed.
struct DeliveryLog: Sendable {
    let log: Logger
    let instruments: DaemonInstruments
    let alerts: Alerts
    let reader: LedgerReader
    let clock: Clock

    @Sendable func take(_ report: DeliveryReport) {
        let metadata = Self.fields(report)
        if let failure = report.unsettled {
            log.error(
                "an outcome could not be written down and is kept: \(failure)",
                metadata: LogKind.ledgerFailed.about(metadata)
            )
            return
        }
        instruments.deliverySeconds.of(report.hook).observe(report.duration.seconds)
        switch (report.outcome, report.settlement) {
        case (.delivered(let answer), _):
            instruments.deliveries.add(1, report.hook, "delivered")
            log.info("delivered \(report.delivery.type)", metadata: LogKind.delivered.about(metadata))
            if answer.isRemarkable { remark(answer, report) }
            if report.delivery.channel == .control, report.delivery.type == "line.paused" { time(report.delivery) }
        case (.retry(_, let failure), .retry):
            count(report.hook, "retry", failure)
            log.warning(
                "\(report.delivery.type) will be sent again: \(failure) (attempt \(report.delivery.attempts + 1))",
                metadata: LogKind.deliveryPostponed.about(metadata)
            )
        case (.retry(_, let failure), _), (.failed(let failure), _), (.broken(let failure), .dead):
            count(report.hook, "dead", failure)
            log.error(
                "\(report.delivery.type) cannot be delivered and is given up: \(failure)",
                metadata: LogKind.deliveryGivenUp.about(metadata)
            )
            // An alert that cannot be delivered must not cause the next one.
            if report.delivery.type != "daemon.alert" {
                alerts.raise(
                    "delivery_dead",
                    "\(report.delivery.type) for hook \(report.hook) was given up: \(failure)",
                    remedy: "Repair the hook, then have it sent: linewarden replay delivery \(report.delivery.id)",
                    hook: report.hook
                )
            }
        case (.broken(let failure), .retry):
            count(report.hook, "retry", failure)
            log.warning(
                "\(report.delivery.type) will be sent again: \(failure)",
                metadata: LogKind.deliveryPostponed.about(metadata)
            )
        case (nil, _): break
        default: break
        }
        tell(report)
    }

    /// It was taken, and is not what was asked for.
    private func remark(_ answer: Answer, _ report: DeliveryReport) {
        let line = report.delivery.line?.description ?? ""
        log.warning("hook \(report.hook), \(line): \(answer.description)", metadata: ["hook": "\(report.hook)"])
        alerts.raise(
            "hook_remark",
            "hook \(report.hook), \(line): \(answer.description)",
            remedy: answer.detail ?? "linewarden explain \(line) tells more.",
            about: "\(report.hook) \(line)"
        )
    }

    /// Counts how long a line went on sending: since it changed, and since that was heard.
    private func time(_ pause: DueDelivery) {
        guard let event = pause.event else { return }
        let now = clock.now()
        Task {
            guard let evidence = try? await reader.times(ofEvidence: event) else { return }
            // Of clocks that differ the later may be the earlier.
            instruments.timeToPause.of("changed_at").observe(max(0, (now - evidence.changed).seconds))
            instruments.timeToPause.of("received").observe(max(0, (now - evidence.received).seconds))
        }
    }

    private func tell(_ report: DeliveryReport) {
        switch report.news {
        case nil: break
        case .broken(let failure):
            log.error(
                "hook \(report.hook) is broken: \(failure)",
                metadata: LogKind.hookBroken.about(["hook": "\(report.hook)"])
            )
            alerts.raise(
                "hook_broken",
                "hook \(report.hook) takes nothing: \(failure)",
                remedy: "Repair its address or key, then run linewarden reload. It is tried again by itself, and what "
                    + "waits for it is kept.",
                hook: report.hook
            )
        case .healed:
            log.notice(
                "hook \(report.hook) works again",
                metadata: LogKind.hookHealed.about(["hook": "\(report.hook)"])
            )
            alerts.settle("hook_broken", hook: report.hook)
        }
    }

    /// What a delivery is about, as far as it is about one thing: a group of pages has no line of its own.
    private static func fields(_ report: DeliveryReport) -> Logger.Metadata {
        let delivery = report.delivery
        var fields: Logger.Metadata = ["hook": "\(report.hook)", "delivery": "\(delivery.id)"]
        if delivery.isBundle { return fields }
        if let line = delivery.line { fields["line"] = "\(line)" }
        if let incident = delivery.incident { fields["incident"] = "\(incident)" }
        if let event = delivery.event { fields["event"] = "\(event)" }
        return fields
    }

    private func count(_ hook: String, _ outcome: String, _ failure: Failure) {
        instruments.deliveries.add(1, hook, outcome)
        instruments.deliveryFailures.add(1, hook, failure.label)
    }
}
