import Delivery
import HTTPClient
import HTTPServer
import Ledger
import Logging
import Posix
import Systemd

// What follows a start: the service manager hears of it, and the ledger's file is looked at.
extension Daemon {
    /// Tells the service manager that the daemon serves, and from now on how it is.
    package func announce() async {
        Notifier.ready(await statusLine.look())
        statusLine.start()
        watchdog = Notifier.watchdogInterval.map { interval in
            Watchdog(interval: interval, clock: clock, log: log, feed: Notifier.feedWatchdog) {
                [dispatcher, ledger, client, webhookServer, adminServer] in
                await dispatcher.pulses + [ledger.pulse, client.pulse] + webhookServer.pulses + adminServer.pulses
            }
        }
        watchdog?.start()
    }

    /// Checks the ledger's file after an unclean stop; the daemon serves meanwhile.
    package func checkLedger() async {
        guard ledger.wasLeftOpen else { return }
        do {
            if let finding = try await reader.damage() {
                desk.noteDamage(finding)
                log.critical(
                    "the ledger is damaged: \(finding); restore a backup",
                    metadata: LogKind.ledgerDamaged.about()
                )
            } else {
                log.info(
                    "the ledger was not closed properly and is sound",
                    metadata: LogKind.ledgerChecked.about()
                )
            }
        } catch {
            log.error("the ledger could not be checked: \(error)", metadata: LogKind.ledgerFailed.about())
        }
    }
}
