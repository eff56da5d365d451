import CSystemd

/// What the service manager is told (sd_notify(3)).
///
/// Without a service manager every call does nothing.
package enum Notifier {
    /// The daemon serves.
    package static func ready(_ status: String) { notify("READY=1\nSTATUS=\(status)") }

    /// The daemon has begun to stop.
    package static func stopping() { notify("STOPPING=1\nSTATUS=finishing what is under way") }

    /// One line about how things are, for `systemctl status`.
    package static func status(_ text: String) { notify("STATUS=\(text)") }

    /// A reload has begun; `ready` ends it.
    ///
    /// - Parameter monotonicMicroseconds: Now by CLOCK_MONOTONIC; without it `notify-reload` (systemd 253) waits for ever.
    package static func reloading(monotonicMicroseconds: Int64) {
        notify("RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds)")
    }

    private static func notify(_ state: String) { sd_notify(0, state) }
}
