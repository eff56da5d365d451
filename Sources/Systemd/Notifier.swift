package import Chrono
import CSystemd

/// What the service manager is told (sd_notify(3)).
///
/// Without a service manager every call does nothing.
package enum Notifier {
    /// The daemon serves.
    package static func ready(_ status: String) { notify("READY=1\nSTATUS=\(oneLine(status))") }

    /// The daemon has begun to stop.
    package static func stopping() { notify("STOPPING=1\nSTATUS=finishing what is under way") }

    /// One line about how things are, for `systemctl status`.
    package static func status(_ text: String) { notify("STATUS=\(oneLine(text))") }

    /// A reload has begun; `ready` ends it.
    ///
    /// - Parameter monotonicMicroseconds: Now by CLOCK_MONOTONIC; without it `notify-reload` (systemd 253) waits for ever.
    package static func reloading(monotonicMicroseconds: Int64) {
        notify("RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds)")
    }

    /// The start or the stop that is under way may take so much longer from now on.
    package static func extendTimeout(by span: Span) { notify("EXTEND_TIMEOUT_USEC=\(span.microseconds)") }

    /// The daemon is alive.
    package static func feedWatchdog() { notify("WATCHDOG=1") }

    /// How often `feedWatchdog` must be called at least; nil: nobody waits for it.
    ///
    /// It is nil as well where it is another process that is watched (`$WATCHDOG_PID`).
    package static var watchdogInterval: Span? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return Span(microseconds: Int64(clamping: microseconds))
    }

    /// A line break would begin another assignment.
    private static func oneLine(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
    }

    private static func notify(_ state: String) { sd_notify(0, state) }
}
