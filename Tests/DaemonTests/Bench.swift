import Chrono
import Crypto
import HTTPClient
import Hooks
import JSON
import Linq
import Logging
import Posix
import Settings
import TestSupport
import Testing

@testable import Daemon

/// A daemon in this process, with a directory and ports of its own.
struct Bench: Sendable {
    static let secretText = "whsec_" + Base64.encode(Array(repeating: 7, count: 32))

    let directory: TemporaryDirectory
    let client = HTTPClient(userAgent: "test")
    let secrets = SecretSource(
        environment: { ["LINQ": Bench.secretText, "ADMIN": "open sesame"][$0] },
        file: { try File.read($0) }
    )

    init() throws {
        directory = try TemporaryDirectory()
        try write()
    }

    var path: String { directory("config.json") }
    var gateDirectory: String { directory("gate") }

    /// Writes a configuration: what is given replaces or adds to members of the root.
    func write(_ changes: [(String, JSON)] = []) throws {
        var members: [(String, JSON)] = [
            (
                "webhook",
                [
                    "listen": ["127.0.0.1:0"],
                    "endpoints": [["path": "/webhooks/linq", "secrets": [["env": "LINQ"]]]],
                ]
            ),
            ("admin", ["listen": ["127.0.0.1:0"]]),
            ("state", ["directory": .string(directory("state"))]),
            ("hooks", ["gate": ["type": "gate_files", "directory": .string(gateDirectory)]]),
            ("routes", [["name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": ["gate"]]]),
        ]
        for (key, value) in changes {
            members.removeAll { $0.0 == key }
            members.append((key, value))
        }
        try File.replace(path, with: JSON.object(members).bytes())
    }

    func settings() throws -> Settings {
        switch SettingsLoader.load(path: path, secrets: secrets) {
        case .loaded(let settings, _): return settings
        case .bad(let problems): throw Refused(description: problems.map(\.description).joined(separator: "\n"))
        case .unreadable(let reason): throw Refused(description: reason)
        }
    }

    struct Refused: Error, CustomStringConvertible { let description: String }

    func start(clock: Clock = .system) async throws -> Daemon {
        try await Daemon(
            settings: try settings(),
            configuration: path,
            secrets: secrets,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: clock
        )
    }

    /// Asks the admin listener.
    func ask(
        _ daemon: Daemon,
        _ target: String,
        method: String = "GET",
        headers: [(name: String, value: String)] = []
    ) async throws -> IncomingResponse {
        try await send(try #require(daemon.addresses.admin.first), target, method, headers, [])
    }

    /// Delivers what Linq would.
    func deliver(
        _ daemon: Daemon,
        _ id: String,
        status: String,
        line: String = "+12025551234",
        changedAt: Timestamp = Clock.system.now()
    ) async throws -> IncomingResponse {
        let now = Clock.system.now()
        let delivery = SampleDelivery(
            eventID: id,
            change: .init(
                phoneNumber: line,
                status: status,
                previousStatus: nil,
                reputation: nil,
                previousReputation: nil,
                changedAt: changedAt
            ),
            createdAt: now
        )
        let secret = try #require(SigningSecret(Secret(Self.secretText)))
        let headers = delivery.headers(secret: secret, schemes: [.standard], now: now)
        let address = try #require(daemon.addresses.webhook.first)
        return try await send(address, "/webhooks/linq", "POST", headers, delivery.body)
    }

    func send(
        _ address: ListenAddress,
        _ target: String,
        _ method: String,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8]
    ) async throws -> IncomingResponse {
        try await client.send(
            OutgoingRequest(
                method: method,
                url: "http://\(address)\(target)",
                headers: headers,
                body: body,
                timeout: .seconds(20),
                responseLimit: 1 << 20
            )
        )
    }
}

extension IncomingResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSON? { try? JSON.parse(body) }
}
