import Chrono
import Crypto
import HTTPClient
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Linq
import Posix
import Testing

@testable import Daemon

/// From Linq's delivery to what a receiver gets, all in this process.
@Suite(.timeLimit(.minutes(5))) struct DaemonHookTests {
    private static let senderSecret = "whsec_" + Base64.encode(Array(repeating: 9, count: 32))

    private let bench: Bench

    init() throws { bench = try Bench() }

    /// Configures an `http` hook that pauses and a `slack` hook that pages, both at the sink.
    private func configure(_ server: HTTPServer, giveUpAfter: String = "1h") throws {
        let url = "http://\(server.addresses.first.map(\.description) ?? "")"
        let retry: JSON = ["first": "1ms", "max": "5ms"]
        let sender: JSON = [
            "type": "http", "url": .string("\(url)/sender"), "secret": .string(Self.senderSecret), "retry": retry,
        ]
        let ops: JSON = [
            "type": "slack", "url": .string("\(url)/slack"), "retry": retry, "give_up_after": .string(giveUpAfter),
        ]
        let spare: JSON = ["type": "http", "url": .string("\(url)/spare")]
        try bench.write([
            ("hooks", ["sender": sender, "ops": ops, "spare": spare]),
            ("routes", [["name": "stop", "on": ["FLAGGED"], "pause": ["sender"], "page": ["ops"]]]),
            ("alerts", ["page": ["spare"]]),
        ])
    }

    private func json(_ request: HTTPRequest) throws -> JSON { try JSON.parse(request.body) }

    @Test("A signed delivery becomes signed commands and pages, and its recovery undoes both")
    func wholeWay() async throws {
        let sink = Sink()
        let server = try await sink.serve()
        try configure(server)
        let daemon = try await bench.start()
        let now = Clock.system.now()
        #expect(try await bench.deliver(daemon, "e1", status: "FLAGGED", changedAt: now - .seconds(5)).status == 200)
        _ = await sink.received("/sender", 1)
        _ = await sink.received("/slack", 1)
        #expect(try await bench.deliver(daemon, "e2", status: "ACTIVE", changedAt: now).status == 200)
        let commands = await sink.received("/sender", 2)
        let pages = await sink.received("/slack", 2)
        await daemon.stop()

        let bodies = try commands.map(json)
        #expect(bodies.map { $0["type"]?.string } == ["line.paused", "line.resumed"])
        #expect(bodies.map { $0["data"]?["line"]?["decision"]?.string } == ["paused", "allowed"])
        #expect(bodies.map { $0["data"]?["event"]?["event_id"]?.string } == ["e1", "e2"])
        let secret = try #require(SigningSecret(Secret(Self.senderSecret)))
        for request in commands {
            let headers = SignatureHeaders { request.headers.all($0) }
            let verdict = headers.judge(
                body: request.body,
                secrets: [secret],
                now: Clock.system.now(),
                tolerance: .minutes(5)
            )
            #expect(verdict == .genuine(.standard, id: request.headers.first("webhook-id")))
            #expect(request.headers.first("User-Agent") == "linewarden/\(Version.current)")
        }
        #expect(Set(commands.map { $0.headers.first("webhook-id") }).count == 2)
        let texts = try pages.map { try json($0)["text"]?.string }
        #expect(
            texts == [
                "+12025551234 is paused: status is FLAGGED", "+12025551234 has recovered: sends resumed",
            ]
        )
        #expect(sink.received("/spare").isEmpty)
        await server.stop(within: .seconds(1))
    }

    @Test("What a receiver does not take is sent again, under the same id, until it does")
    func retries() async throws {
        let sink = Sink { _, earlier in earlier < 3 ? .text(.serviceUnavailable, "later") : .text(.ok, "ok") }
        let server = try await sink.serve()
        try configure(server)
        let daemon = try await bench.start()
        #expect(try await bench.deliver(daemon, "e1", status: "FLAGGED").status == 200)
        func all() -> [[HTTPRequest]] { [sink.received("/sender"), sink.received("/slack")] }
        // Three that fail, and one of each kind that does not.
        while all().reduce(0, { $0 + $1.count }) < 5, !Task.isCancelled { await Task.yield() }
        await daemon.stop()
        for requests in all() {
            #expect(!requests.isEmpty)
            #expect(Set(requests.map { $0.headers.first("webhook-id") }).count == 1)
            #expect(Set(requests.map(\.body)).count == 1)
        }
        #expect(all().reduce(0) { $0 + $1.count } == 5)
        await server.stop(within: .seconds(1))
    }

    @Test("A page that is given up is told through the hooks that hear of the daemon's own troubles")
    func deadPage() async throws {
        let sink = Sink { request, _ in
            request.path == "/slack" ? .text(.badRequest, "user_not_found") : .text(.ok, "ok")
        }
        let server = try await sink.serve()
        try configure(server)
        let daemon = try await bench.start()
        #expect(try await bench.deliver(daemon, "e1", status: "FLAGGED").status == 200)
        let alert = try json(try #require(await sink.received("/spare", 1).first))
        #expect(alert["type"]?.string == "daemon.alert")
        #expect(alert["data"]?["alert"]?["kind"]?.string == "delivery_dead")
        #expect(
            alert["data"]?["alert"]?["summary"]?.string
                == "incident.opened for hook ops was given up: HTTP 400: user_not_found"
        )
        // The command was not held up by it, and the page is tried no more.
        #expect(await sink.received("/sender", 1).count == 1)
        #expect(sink.received("/slack").count == 1)
        let body = try #require(try await bench.ask(daemon, "/v1/lines/+12025551234").json)
        let page = body["deliveries"]?.array?.first { $0["hook"]?.string == "ops" }
        #expect(page?["state"]?.string == "dead")
        #expect(page?["last_error"]?.string == "HTTP 400: user_not_found")
        await daemon.stop()
        await server.stop(within: .seconds(1))
    }

    @Test("A reload takes over secrets, paths, tokens and hooks; a bad one none of them")
    func reload() async throws {
        let sink = Sink()
        let server = try await sink.serve()
        try configure(server)
        let daemon = try await bench.start()
        let listen: JSON = ["127.0.0.1:0"]
        func endpoints(_ path: String) -> JSON { [["path": .string(path), "secrets": [["env": "LINQ"]]]] }
        let moved: [(String, JSON)] = [
            ("webhook", ["listen": listen, "endpoints": endpoints("/elsewhere")]),
            ("admin", ["listen": listen, "token": ["env": "ADMIN"]]),
        ]
        try bench.write(moved + [("colour", "blue")])
        #expect(await daemon.reload(by: "test")?.contains("colour: unknown key") == true)
        #expect(try await bench.ask(daemon, "/v1/lines").status == 200)
        #expect(try await bench.deliver(daemon, "e1", status: "FLAGGED").status == 200)
        #expect(await sink.received("/sender", 1).count == 1)
        try bench.write(moved)
        #expect(await daemon.reload(by: "test") == nil)
        #expect(try await bench.ask(daemon, "/v1/lines").status == 401)
        #expect(try await bench.deliver(daemon, "e2", status: "ACTIVE").status == 404)
        // The gate hook of the new configuration holds what the ledger knows.
        #expect(try File.names(in: bench.gateDirectory) == ["+12025551234"])
        await daemon.stop()
        await server.stop(within: .seconds(1))
    }
}
