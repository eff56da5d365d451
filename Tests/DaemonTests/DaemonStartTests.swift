import Chrono
import JSON
import Ledger
import Posix
import TestSupport
import Testing

@testable import Daemon

/// A start that fails leaves nothing behind: no listener, no lock.
@Suite(.timeLimit(.minutes(5))) struct DaemonStartTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    /// A port of the loopback interface, taken.
    private func take() throws -> (held: SharedDescriptor, address: ListenAddress) {
        let held = SharedDescriptor(try Socket.listen(.ipv4(host: "127.0.0.1", port: 0), sharingPort: false))
        return (held, try #require(Socket.localAddress(held)))
    }

    private func configure(webhook: ListenAddress?, admin: ListenAddress?) throws {
        func listen(_ address: ListenAddress?) -> JSON { [.string(address?.description ?? "127.0.0.1:0")] }
        try bench.write([
            (
                "webhook",
                [
                    "listen": listen(webhook),
                    "endpoints": [["path": "/webhooks/linq", "secrets": [["env": "LINQ"]]]],
                ]
            ),
            ("admin", ["listen": listen(admin)]),
        ])
    }

    /// Nobody listens there and nobody has the ledger; what lets go of them may do so a moment later.
    private func everythingIsFree(_ address: ListenAddress) async throws {
        try await untilItWorks { _ = try Socket.listen(address, sharingPort: false) }
        try await untilItWorks { _ = try File.lock(bench.directory("state/lock")) }
    }

    private func untilItWorks(_ body: () throws -> Void) async throws {
        while (try? body()) == nil {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    @Test("The webhook's port is taken: the admin listener, which came first, goes again")
    func webhookPort() async throws {
        let webhook = try take()
        let admin = try { try take().address }()
        try configure(webhook: webhook.address, admin: admin)
        let error = await #expect(throws: (any Error).self) { _ = try await bench.start() }
        #expect(error.map { "\($0)" }?.contains("cannot listen on \(webhook.address): address already in use") == true)
        try await everythingIsFree(admin)
        withExtendedLifetime(webhook.held) {}
    }

    @Test("The admin listener's port is taken: the webhook never listens")
    func adminPort() async throws {
        let admin = try take()
        let webhook = try { try take().address }()
        try configure(webhook: webhook, admin: admin.address)
        let error = await #expect(throws: (any Error).self) { _ = try await bench.start() }
        #expect(error.map { "\($0)" }?.contains("cannot listen on \(admin.address): address already in use") == true)
        try await everythingIsFree(webhook)
        withExtendedLifetime(admin.held) {}
    }

    @Test("The directory is locked: nothing listens")
    func locked() async throws {
        let (webhook, admin) = (try { try take().address }(), try { try take().address }())
        try configure(webhook: webhook, admin: admin)
        try File.makeDirectory(bench.directory("state"))
        do {
            let lock = try File.lock(bench.directory("state/lock"))
            await #expect(throws: LedgerError.self) { _ = try await bench.start() }
            withExtendedLifetime(lock) {}
        }
        try await everythingIsFree(webhook)
        try await everythingIsFree(admin)
    }

    @Test("The directory cannot be made, and the words say whose it should be")
    func directory() async throws {
        try File.replace(bench.directory("state"), with: [])
        let error = await #expect(throws: LedgerError.self) { _ = try await bench.start() }
        #expect(error?.description.contains("create it and give it to the user linewarden runs as") == true)
    }

    @Test("A daemon that has stopped leaves nothing behind either")
    func stopped() async throws {
        let address = try await {
            let daemon = try await bench.start()
            await daemon.stop()
            return try #require(daemon.addresses.webhook.first)
        }()
        try await everythingIsFree(address)
    }
}
