import Chrono
import HTTPServer
import Metrics
import Posix

// What the page tells of the webhook listener and of the process.
extension MetricsPage {
    func connections(_ page: inout Exposition) {
        page.counter("linewarden_connections_total", "Connections accepted by the webhook listener.", webhook.accepted)
        page.gauge("linewarden_stream_readers", "Who follows decisions at /v1/stream.", Double(readers))
        page.gauge("linewarden_connections", "Connections open at the webhook listener.", Double(webhook.open.total))
        page.counter(
            "linewarden_accept_failures_total",
            "Connections that could not be accepted, by reason.",
            labels: ["reason"],
            webhook.acceptFailures
        )
        page.counter(
            "linewarden_refused_total",
            "Requests that broke a rule of HTTP or a limit, by reason.",
            labels: ["reason"],
            webhook.refused
        )
        page.counter(
            "linewarden_limited_total",
            "Connections refused because a limit was reached.",
            labels: ["limit"],
            webhook.limited
        )
        page.counter(
            "linewarden_tls_failures_total",
            "TLS connections that failed, by reason.",
            labels: ["reason"],
            webhook.tlsFailures
        )
        if let left = certificateSecondsLeft {
            page.gauge("linewarden_certificate_seconds", "Seconds until the certificate ends.", Double(left))
        }
        page.counter(
            "linewarden_timeouts_total",
            "Connections that took too long, by what they were doing.",
            labels: ["phase"],
            webhook.timeouts
        )
    }

    func process(_ page: inout Exposition) {
        page.gauge(
            "process_resident_memory_bytes",
            "Resident memory.",
            Double(Process.residentBytes ?? 0)
        )
        page.counter("process_cpu_seconds_total", "CPU time used, by user and system.", Process.cpuSeconds)
        page.gauge(
            "process_open_fds",
            "Open descriptors.",
            Double((try? File.names(in: "/proc/self/fd").count) ?? 0)
        )
        page.gauge("process_max_fds", "Descriptors that may be open.", Double(Process.descriptorLimit))
        page.gauge(
            "process_start_time_seconds",
            "When the daemon started, since 1970.",
            Double(started.microseconds) / 1e6
        )
    }
}
