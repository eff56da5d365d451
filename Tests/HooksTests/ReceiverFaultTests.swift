import Chrono
import Crypto
import HTTPClient
import JSON
import Testing

@testable import Hooks

/// Every status and every fault, fed to every hook that speaks HTTP.
@Suite(.timeLimit(.minutes(5))) struct ReceiverFaultTests {
    enum Kind: String, CaseIterable, Sendable { case http, template, slack, pagerduty, forwarding }

    enum Fault: String, CaseIterable, Sendable {
        case refused, reset, silence, garbage, truncated, noTLS, hang

        /// The label in the metrics.
        var label: String {
            switch self {
            case .refused: "refused"
            case .hang: "timeout"
            case .noTLS: "tls"
            case .reset, .silence, .garbage, .truncated: "interrupted"
            }
        }

        /// Whether the request was on its way when it failed.
        var mayHaveArrived: Bool { self != .refused && self != .noTLS }
    }

    let client = HTTPClient(userAgent: "linewarden/test")

    private func hook(_ kind: Kind, _ url: String, timeout: Span = .seconds(30)) throws -> any Hook {
        if kind == .template {
            let keys = #""method": "PUT", "url": "\#(url)?type=${type}", "body": ["${summary}"]"#
            let configuration = try #require(HTTPHookConfiguration.reading(keys).configuration)
            return configuration.make(
                name: "a",
                timeout: timeout,
                HookContext(client: client) { _ in Notebook().memory }
            )
        }
        let url = try #require(HookURL(url))
        switch kind {
        case .http, .template:
            let configuration = HTTPHookConfiguration(url: url, secret: nil, headers: [])
            return HTTPHook(configuration: configuration, timeout: timeout, client: client)
        case .slack: return Slack(configuration: SlackConfiguration(url: url), timeout: timeout, client: client)
        case .pagerduty:
            let configuration = PagerDutyConfiguration(url: url, routingKey: Secret("key"))
            return PagerDuty(configuration: configuration, timeout: timeout, client: client)
        case .forwarding: return try ForwardingBench(nil).hook(url.secret.exposed, timeout: timeout)
        }
    }

    @Test(arguments: Kind.allCases) func everyStatus(kind: Kind) async throws {
        let peer = try await Peer { request in
            let status = Int(request.path.dropFirst().prefix(3)) ?? 0
            return .answer(response(status, "ok", headers: "Retry-After: 7\r\nLocation: /200\r\n"))
        }
        // 1xx are no answers.
        for status in 200...599 {
            let outcome = try await hook(kind, "\(peer.url)/\(status)").deliver(
                attempt(type: "line.paused", line: try line())
            )
            #expect(word(outcome) == expected(kind, status), "\(kind) \(status): \(outcome)")
        }
        #expect(await peer.requests.count == 400, "a redirect was followed, or an attempt repeated")
    }

    private func word(_ outcome: Outcome) -> String {
        switch outcome {
        case .delivered: "delivered"
        case .retry(let after, _):
            after == .seconds(7) ? "retry" : "retry after \(after.map(\.phrase) ?? "the backoff")"
        case .failed: "failed"
        case .broken: "broken"
        }
    }

    private func expected(_ kind: Kind, _ status: Int) -> String {
        switch (kind, status) {
        // Slack says nothing but 200, and PagerDuty nothing but 202, when it has taken a message.
        case (.slack, 200), (.pagerduty, 202): "delivered"
        case (.slack, 200..<300), (.pagerduty, 200..<300): "retry"
        // "ok" is no list of lines.
        case (.forwarding, 200..<300): "retry after the backoff"
        case (_, 200..<300): "delivered"
        case (_, 400), (_, 413), (_, 414), (_, 415), (_, 422): "failed"
        case (_, 401), (_, 403), (_, 404), (_, 410): "broken"
        default: "retry"
        }
    }

    @Test(arguments: Kind.allCases, Fault.allCases) func everyFault(kind: Kind, fault: Fault) async throws {
        let peer = try await Peer(readsRequests: ![.reset, .noTLS].contains(fault)) { _ in
            switch fault {
            case .refused, .reset, .silence, .noTLS: .close(after: "")
            case .garbage: .close(after: "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
            case .truncated: .close(after: "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nok")
            case .hang: .hang
            }
        }
        let url =
            switch fault {
            // Nobody listens at port 1 of an address that is nobody's.
            case .refused: "http://127.83.11.7:1/hunter2"
            case .noTLS: "https://\(peer.authority)/hunter2"
            default: "\(peer.url)/hunter2"
            }
        let start = ContinuousClock.now
        let timeout: Span = fault == .hang ? .milliseconds(200) : .seconds(30)
        let outcome = try await hook(kind, url, timeout: timeout).deliver(
            attempt(type: "line.paused", line: try line())
        )
        guard case .retry(nil, let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.label == fault.label)
        // Asking for a list changes nothing.
        #expect(failure.mayHaveArrived == (fault.mayHaveArrived && kind != .forwarding))
        #expect(!failure.description.contains("hunter2") && !failure.description.contains("\n"))
        let elapsed = ContinuousClock.now - start
        #expect(fault != .hang || elapsed >= .milliseconds(200))
        #expect(await peer.requests.count <= 1)
    }
}
