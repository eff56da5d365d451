import Ledger
import Logging
import Posix

/// What all who look at Linq's side work with.
struct AccountTools: Sendable {
    let ledger: Ledger
    let reader: LedgerReader
    let book: SubscriptionBook
    let alerts: Alerts
    let instruments: DaemonInstruments
    let clock: Clock
    let log: Logger
}
