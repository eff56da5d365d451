import Chrono
import Crypto
import Daemon
import HTTPClient
import JSON
import Posix
import Settings

/// Whether the daemon runs, works, and is the version that asks.
struct DaemonExamination: Examination {
    /// It is near, and asked twice.
    private static let patience = Span.seconds(4)

    let name = "daemon"
    private let door: AdminDoor
    /// Whether the address is one that somebody named.
    private let isKnown: Bool

    init(admin: AdminClient, settings: Settings?) {
        let address = settings?.admin.listen.compactMap(Self.address).first
        door = admin.door(address: address, token: settings?.admin.token?.exposed)
        isKnown = address != nil || settings == nil || admin.isNamed
    }

    func verdicts() async -> [Verdict] {
        guard isKnown else {
            return [.skipped(name, "the system chooses where the admin listener is; tell with --admin")]
        }
        let readiness: IncomingResponse
        do throws(TransportError) {
            readiness = try await door.ask("GET", "/readyz", timeout: Self.patience)
        } catch {
            if error.mayHaveArrived {
                let found = "it does not answer at \(door.address) as it should: \(error)"
                return [.wrong(name, found, "Look what it does: journalctl -u linewarden")]
            }
            let remedy = "If it should run: systemctl status linewarden. If it listens elsewhere: --admin."
            return [.warning(name, "it does not answer at \(door.address): \(error)", remedy)]
        }
        guard let body = try? JSON.parse(readiness.body), let reasons = body["reasons"]?.array else {
            let found = "what answers at \(door.address) is not linewarden's admin listener (HTTP \(readiness.status))"
            return [.wrong(name, found, "Name the right one with --admin, or end what took its place.")]
        }
        guard readiness.status == 200 else {
            let words = reasons.compactMap(\.string).joined(separator: "; ")
            return [
                .wrong(name, "it runs, but cannot store what arrives: \(words)", "Linq tries again for half an hour.")
            ]
        }
        return await status()
    }

    /// What only those are told who have the token.
    private func status() async -> [Verdict] {
        guard let answer = try? await door.ask("GET", "/v1/status", timeout: Self.patience), answer.status == 200,
            let status = try? JSON.parse(answer.body), let version = status["version"]?.string
        else {
            return [.warning(name, "it runs and is ready, but does not say more", "Give the admin token: --token.")]
        }
        var verdicts: [Verdict] = []
        if version != Version.current {
            let found = "it runs version \(version), and this program is \(Version.current)"
            verdicts.append(.warning(name, found, "systemctl restart linewarden"))
        }
        for hook in status["broken_hooks"]?.array ?? [] {
            let word = hook["hook"]?.string ?? "?"
            let found = "it has held hook \(word) for broken since \(hook["since"]?.string ?? "?")"
            verdicts.append(.warning(name, "\(found): \(hook["reason"]?.string ?? "?")", "See linewarden deliveries."))
        }
        let since = status["started_at"]?.string ?? "?"
        return verdicts.isEmpty ? [.ok(name, "version \(version) runs since \(since) and is ready")] : verdicts
    }

    /// Where a listener is asked; nil when only the system knows.
    private static func address(_ listen: ListenAddress) -> String? {
        switch listen {
        case .ipv4(_, 0), .ipv6(_, 0), .systemd: nil
        case .ipv4("0.0.0.0", let port): "http://127.0.0.1:\(port)"
        case .ipv6("::", let port): "http://[::1]:\(port)"
        case .ipv4, .ipv6: "http://\(listen)"
        case .unix: listen.description
        }
    }
}
