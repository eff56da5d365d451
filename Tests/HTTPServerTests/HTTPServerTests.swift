import Chrono
import HTTPWire
import Metrics
import Posix
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// Answers what a test says, at once or later.
private struct Handler: RequestHandler {
    let answer: @Sendable (HTTPRequest, Reply) -> HTTPResponse?

    func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
        answer(request, reply)
    }

    static let echo = Handler { request, _ in
        HTTPResponse(.ok, body: Array("\(request.method) \(request.target) ".utf8) + request.body)
    }
}

/// Over real sockets.
@Suite(.timeLimit(.minutes(5))) struct HTTPServerTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func start(
        _ listen: [String] = ["127.0.0.1:0"],
        loops: Int = 1,
        limits: ServerLimits = ServerLimits(),
        clock: Clock = .system,
        handler: Handler = .echo
    ) async throws -> HTTPServer {
        try await HTTPServer(
            name: "test",
            listen: listen.compactMap { ListenAddress($0) },
            loops: loops,
            limits: limits,
            clock: clock,
            handler: handler
        )
    }

    @Test("A request is answered, with the date", arguments: [1, 3])
    func echoes(loops: Int) async throws {
        let server = try await start(loops: loops, clock: FakeClock().clock)
        for _ in 0..<8 {
            let client = try await Client(server.addresses.first)
            try await client.send("POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz")
            let response = await client.response()
            #expect(response?.status == 200)
            #expect(response?.text == "POST /a?b xyz")
            #expect(response?.has("Date: Sun, 06 Nov 1994 08:49:37 GMT") == true)
        }
        #expect(server.instruments.accepted.total == 8)
        await server.stop(within: .seconds(5))
        #expect(server.instruments.open.total == 0)
    }

    @Test("However a request is cut into pieces, it is the same")
    func pieces() async throws {
        let server = try await start()
        let client = try await Client(server.addresses.first)
        for piece in "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz".utf8 {
            try await client.send([piece])
        }
        #expect(await client.response()?.text == "POST /a xyz")
    }

    @Test("Pipelined requests are answered in order, whenever their answers come")
    func pipelined() async throws {
        let server = try await start(
            handler: .init { request, reply in
                if request.target.hasSuffix("7") { return .text(.ok, request.target) }
                Task { reply.send(.text(.ok, request.target)) }
                return nil
            }
        )
        let client = try await Client(server.addresses.first)
        try await client.send((0..<50).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
        for number in 0..<50 { #expect(await client.response()?.text == "/\(number)") }
    }

    @Test("An answer is given later, from anywhere, once")
    func later() async throws {
        let replies = Mutex<[Reply]>([])
        let (requests, request) = AsyncStream.makeStream(of: Void.self)
        let server = try await start(
            handler: .init { _, reply in
                replies.withLock { $0.append(reply) }
                request.yield()
                return nil
            }
        )
        let client = try await Client(server.addresses.first)
        var iterator = requests.makeAsyncIterator()
        for number in 0..<3 {
            try await client.send(Self.get)
            _ = await iterator.next()
            // Those of earlier requests are too late.
            for reply in replies.withLock({ $0 }).reversed() { reply.send(.text(.ok, "answer \(number)")) }
            #expect(await client.response()?.text == "answer \(number)")
        }
        // Nor does it matter when the connection has gone.
        try await client.send(Self.get)
        _ = await iterator.next()
        await server.stop(within: .zero)
        for reply in replies.withLock({ $0 }) { reply.send(.text(.ok, "nobody is there")) }
        #expect(await client.rest() == "")
        // A reply holds its server, which holds the handler, which holds the replies.
        replies.withLock { $0 = [] }
    }

    @Test("A large answer reaches a peer that reads slowly, and holds nobody up")
    func slowReader() async throws {
        let size = 16 << 20
        let server = try await start(
            handler: .init { request, _ in
                HTTPResponse(.ok, body: [UInt8](repeating: 7, count: request.target == "/large" ? size : 1))
            }
        )
        let slow = try await Client(server.addresses.first, reading: false)
        try await slow.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n" + Self.get)
        let other = try await Client(server.addresses.first)
        for _ in 0..<10 {
            try await other.send(Self.get)
            #expect(await other.response()?.body == [7])
        }
        await slow.startReading()
        let large = await slow.response()
        #expect(large?.body.count == size)
        #expect(large?.body.allSatisfy { $0 == 7 } == true)
        #expect(await slow.response()?.body == [7])
    }

    @Test("A large request arrives whole")
    func largeRequest() async throws {
        let server = try await start(handler: .init { request, _ in .text(.ok, "\(request.body.count)") })
        let client = try await Client(server.addresses.first)
        try await client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 262144\r\n\r\n")
        try await client.send([UInt8](repeating: 1, count: 262_144))
        #expect(await client.response()?.text == "262144")
    }

    @Test("A refused request is told why, though the peer is still sending")
    func refusal() async throws {
        let server = try await start()
        let client = try await Client(server.addresses.first)
        try await client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n")
        try await client.send([UInt8](repeating: 1, count: 500_000))
        #expect(await client.response()?.status == 413)
        await client.finishWriting()
        #expect(await client.rest() == "")
        #expect(await !client.end.isReset)
    }

    @Test("Connections beyond the limit are told so, and there is room again when one ends", arguments: [1, 2])
    func connectionLimit(loops: Int) async throws {
        var limits = ServerLimits()
        limits.connections = 4
        let server = try await start(loops: loops, limits: limits)
        var clients: [Client] = []
        for _ in 0..<4 {
            let client = try await Client(server.addresses.first)
            try await client.send(Self.get)
            #expect(await client.response()?.status == 200)
            clients.append(client)
        }
        for _ in 0..<4 {
            let extra = try await Client(server.addresses.first)
            let response = await extra.response()
            #expect(response?.status == 503)
            #expect(response?.has("Retry-After: 5") == true)
            #expect(response?.has("Connection: close") == true)
            #expect(await extra.rest() == "")
        }
        #expect(server.instruments.limited.total == 4)
        #expect(server.instruments.open.total == 4)
        await clients.removeLast().finishWriting()
        while server.instruments.open.total == 4 { await Task.yield() }
        let next = try await Client(server.addresses.first)
        try await next.send(Self.get)
        #expect(await next.response()?.status == 200)
    }

    @Test(
        "Connections that do nothing are closed when their time is up, however far away that is",
        arguments: [2, 63, 75, 200]
    )
    func idleTime(seconds: Int) async throws {
        var limits = ServerLimits()
        limits.idleTime = .seconds(seconds)
        let clock = FakeClock()
        let server = try await start(limits: limits, clock: clock.clock)
        let client = try await Client(server.addresses.first)
        try await client.send(Self.get)
        #expect(await client.response()?.status == 200)
        // The loop looks at its wheel by the system's timer, four times a second; what it finds is up to this clock.
        let end = Mutex(false)
        let closing = Task {
            _ = await client.rest()
            end.withLock { $0 = true }
        }
        clock.advance(.seconds(seconds) - .milliseconds(500))
        var timer: EventSource?
        await withCheckedContinuation { continuation in
            timer = .after(nanoseconds: 700_000_000, on: QueueExecutor(label: "pause")) { continuation.resume() }
        }
        withExtendedLifetime(timer) {}
        #expect(!end.withLock { $0 })
        clock.advance(.seconds(1))
        await closing.value
        #expect(server.instruments.timeouts.samples.map(\.labels) == [["idle"]])
    }

    @Test("A handler that does not answer in time is answered for")
    func handlerTime() async throws {
        var limits = ServerLimits()
        limits.handlerTime = .milliseconds(300)
        let server = try await start(limits: limits, handler: .init { _, _ in nil })
        let client = try await Client(server.addresses.first)
        try await client.send(Self.get)
        let response = await client.response()
        #expect(response?.status == 503)
        #expect(response?.has("Retry-After: 5") == true)
        #expect(server.instruments.timeouts.samples.map(\.labels) == [["handler"]])
    }

    @Test("A request that trickles in is refused when its time is up")
    func headerTime() async throws {
        var limits = ServerLimits()
        limits.headerTime = .milliseconds(300)
        let server = try await start(limits: limits)
        let client = try await Client(server.addresses.first)
        try await client.send("GET /a HT")
        #expect(await client.response()?.status == 408)
    }
}
