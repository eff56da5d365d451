import Chrono
import HTTPClient
import JSON
import Ledger
import Posix
import TestSupport
import Testing

@testable import Daemon

/// The whole daemon, inside this process.
@Suite(.timeLimit(.minutes(5))) struct DaemonTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    private func gateFiles() -> [String] { (try? File.names(in: bench.gateDirectory)) ?? [] }

    @Test("A flagged line is paused when its delivery is acknowledged, and resumed when it has recovered")
    func pausesAndResumes() async throws {
        let daemon = try await bench.start()
        let now = Clock.system.now()
        let flagged = try await bench.deliver(daemon, "e1", status: "FLAGGED", changedAt: now - .seconds(10))
        #expect(flagged.status == 200)
        #expect(flagged.text == #"{"status":"stored"}"#)
        let gate = try await bench.ask(daemon, "/v1/gate/+12025551234")
        #expect(gate.status == 423)
        #expect(gate.json?["decision"]?.string == "paused")
        while gateFiles() != ["+12025551234"] { await Task.yield() }
        #expect(try await bench.deliver(daemon, "e1", status: "FLAGGED").text == #"{"status":"duplicate"}"#)
        #expect(try await bench.deliver(daemon, "e2", status: "ACTIVE").status == 200)
        #expect(try await bench.ask(daemon, "/v1/gate/+12025551234").status == 200)
        while gateFiles() != [] { await Task.yield() }
        await daemon.stop()
    }

    @Test("After a restart everything is as it was, also gate files that were lost meanwhile")
    func restart() async throws {
        do {
            let daemon = try await bench.start()
            _ = try await bench.deliver(daemon, "e1", status: "FLAGGED")
            while gateFiles() != ["+12025551234"] { await Task.yield() }
            await daemon.stop()
        }
        try File.remove("\(bench.gateDirectory)/+12025551234")
        try File.replace("\(bench.gateDirectory)/+12025550000", with: [1])
        let daemon = try await startAgain()
        #expect(gateFiles() == ["+12025551234"])
        #expect(try await bench.ask(daemon, "/v1/gate/+12025551234").status == 423)
        await daemon.stop()
    }

    /// The daemon before has stopped; the last of its work lets go of the ledger a moment later.
    private func startAgain() async throws -> Daemon {
        while true {
            do {
                return try await bench.start()
            } catch LedgerError.locked {
                await Task.yield()
            }
        }
    }

    @Test("A second daemon with the same directory does not start, and does not disturb the first")
    func second() async throws {
        let daemon = try await bench.start()
        let error = await #expect(throws: LedgerError.self) { _ = try await bench.start() }
        #expect("\(error.map(String.init(describing:)) ?? "")".contains("is locked by another process"))
        #expect(try await bench.ask(daemon, "/readyz").status == 200)
        await daemon.stop()
    }

    @Test("A daemon that cannot listen leaves no lock behind")
    func cannotListen() async throws {
        let taken = SharedDescriptor(try Socket.listen(.ipv4(host: "127.0.0.1", port: 0), sharingPort: false))
        let address = try #require(Socket.localAddress(taken))
        try bench.write([
            (
                "webhook",
                [
                    "listen": [.string("\(address)")],
                    "endpoints": [["path": "/webhooks/linq", "secrets": [["env": "LINQ"]]]],
                ]
            )
        ])
        let error = await #expect(throws: (any Error).self) { _ = try await bench.start() }
        #expect("\(error.map { "\($0)" } ?? "")".contains("cannot listen on \(address): address already in use"))
        try bench.write()
        let daemon = try await startAgain()
        await daemon.stop()
    }

    @Test("A good configuration is taken over by a reload")
    func reloadGood() async throws {
        let daemon = try await bench.start()
        _ = try await bench.deliver(daemon, "e1", status: "FLAGGED")
        while gateFiles() != ["+12025551234"] { await Task.yield() }
        let other = bench.directory("other")
        try bench.write([
            ("hooks", ["gate": ["type": "gate_files", "directory": .string(other)]]),
            ("decisions", ["pause": ["FLAGGED", "CRITICAL", "AT_RISK"], "slow": [], "allow": ["ACTIVE", "HEALTHY"]]),
        ])
        let answer = try await bench.ask(daemon, "/v1/reload", method: "POST")
        #expect(answer.status == 200)
        #expect(answer.text == #"{"status":"reloaded"}"#)
        #expect(try File.names(in: other) == ["+12025551234"])
        #expect(try await bench.deliver(daemon, "e2", status: "ACTIVE").status == 200)
        while try File.names(in: other) != [] { await Task.yield() }
        await daemon.stop()
    }

    @Test("A bad configuration is refused with its problems, and the old one goes on")
    func reloadBad() async throws {
        let daemon = try await bench.start()
        try bench.write([("webhook", ["listen": ["nowhere"]]), ("colour", "blue")])
        let answer = try await bench.ask(daemon, "/v1/reload", method: "POST")
        #expect(answer.status == 422)
        #expect(answer.json?["error"]?.string == "bad_configuration")
        let detail = answer.json?["detail"]?.string ?? ""
        #expect(detail.contains("webhook.listen[0]:"))
        #expect(detail.contains("webhook.endpoints: is missing"))
        #expect(detail.contains("colour: unknown key"))
        #expect(try await bench.deliver(daemon, "e1", status: "FLAGGED").status == 200)
        while gateFiles() != ["+12025551234"] { await Task.yield() }
        await daemon.stop()
    }

    @Test("A configuration that cannot be read is refused")
    func reloadMissing() async throws {
        let daemon = try await bench.start()
        try File.remove(bench.path)
        let reason = await daemon.reload(by: "test")
        #expect(reason?.contains("cannot read the configuration: no such file or directory") == true)
        await daemon.stop()
    }

    @Test("A delivery that is not Linq's is refused, for a retry until one has verified, for good from then on")
    func refuses() async throws {
        let daemon = try await bench.start()
        let address = try #require(daemon.addresses.webhook.first)
        let headers = [
            (name: "webhook-id", value: "e1"),
            (name: "webhook-timestamp", value: "\(Clock.system.now().microseconds / 1_000_000)"),
            (name: "webhook-signature", value: "v1,\(String(repeating: "A", count: 43))="),
        ]
        func forge() async throws -> IncomingResponse {
            try await bench.send(address, "/webhooks/linq", "POST", headers, Array("{}".utf8))
        }
        let first = try await forge()
        #expect(first.status == 503)
        #expect(first.header("Retry-After") == "5")
        #expect(try await bench.deliver(daemon, "e1", status: "ACTIVE").status == 200)
        #expect(try await forge().status == 401)
        #expect(try await bench.send(address, "/elsewhere", "POST", headers, []).status == 404)
        let wrongMethod = try await bench.send(address, "/webhooks/linq", "GET", [], [])
        #expect(wrongMethod.status == 405)
        #expect(wrongMethod.header("Allow") == "POST")
        #expect(try await bench.send(address, "/healthz", "GET", [], []).status == 200)
        await daemon.stop()
    }
}
