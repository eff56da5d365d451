import Chrono
import Crypto
import HTTPServer
import Ledger
import Lines
import Posix

/// What the daemon looks after by itself, now and then.
final class Housekeeping: Sendable {
    /// How often a ledger that could not be written is tried again without being asked, in nanoseconds.
    private static let probeInterval: UInt64 = 5_000_000_000
    /// How often the certificate's end is looked at, in nanoseconds.
    private static let certificateInterval: UInt64 = 3_600_000_000_000
    /// Days before a certificate's end at which people are told.
    static let warningDays = [3, 14]

    private let executor = QueueExecutor(label: "housekeeping")
    private let sources: [EventSource]

    init(ledger: Ledger, certificate: TLSCertificate?, alerts: Alerts, clock: Clock) {
        let probe = EventSource.every(nanoseconds: Self.probeInterval, on: executor) {
            // A disk that was full may have room again, and no delivery may be coming in to find out.
            if ledger.failure != nil { ledger.remember("probe", "the ledger could be written again") }
            Task { await Self.endHolds(ledger, now: clock.now()) }
        }
        guard let certificate else {
            sources = [probe]
            return
        }
        let look: @Sendable () -> Void = { Self.tell(of: certificate.current.secondsLeft, alerts) }
        look()
        sources = [probe, EventSource.every(nanoseconds: Self.certificateInterval, on: executor, look)]
    }

    /// Lets go of lines whose hold has come to its end.
    static func endHolds(_ ledger: Ledger, now: Timestamp) async {
        for line in (try? await ledger.endedHolds(at: now)) ?? [] {
            let order = OperatorOrder(
                action: .holdEnded,
                line: line,
                author: "linewarden",
                reason: "the hold has ended"
            )
            // What cannot be written is tried again at the next turn.
            _ = try? await ledger.operate(order)
        }
    }

    /// Tells people when a certificate ends soon, once a day.
    static func tell(of secondsLeft: Int, _ alerts: Alerts) {
        let days = secondsLeft / 86_400
        guard let warning = warningDays.first(where: { days < $0 }) else { return }
        alerts.raise(
            "certificate_\(warning)_days",
            secondsLeft < 0
                ? "the certificate of the webhook listener has ended"
                : "the certificate of the webhook "
                    + "listener ends in \(days == 1 ? "1 day" : "\(days) days")",
            remedy:
                "Renew it, then run linewarden reload. Linq does not deliver to a server whose certificate has ended.",
            atMostEvery: .days(1)
        )
    }
}
