import Chrono
import HTTPWire
import Metrics
import Posix
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// What many connections of one loop have to do with each other.
@Suite(.timeLimit(.minutes(5))) struct EventLoopTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Answers only what asks for `/now`; hands the others' replies on.
    private struct Handler: RequestHandler {
        let later: AsyncStream<Reply>.Continuation

        func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
            if request.path == "/now" { return .text(.ok, "now") }
            later.yield(reply)
            return nil
        }
    }

    private func start(
        _ address: ListenAddress = .ipv4(host: "127.0.0.1", port: 0)
    ) async throws -> (server: HTTPServer, replies: AsyncStream<Reply>.Iterator) {
        let (replies, reply) = AsyncStream.makeStream(of: Reply.self)
        var limits = ServerLimits()
        limits.handlerTime = .days(1)
        let server = try await HTTPServer(
            name: "test",
            listen: [address],
            loops: 1,
            limits: limits,
            handler: Handler(later: reply)
        )
        return (server, replies.makeAsyncIterator())
    }

    @Test("A peer that is gone is noticed though nothing of it is read any more", arguments: [true, false])
    func hangUp(isUnix: Bool) async throws {
        var (server, replies) = try await start(
            isUnix ? .unix(path: directory("socket")) : .ipv4(host: "127.0.0.1", port: 0)
        )
        var client: Client? = try await Client(server.addresses.first)
        // More than is kept for later: reading is suspended until the first request is answered, which it never is.
        try await client?.send(Self.get + String(repeating: Self.get, count: 150_000 / Self.get.utf8.count))
        let reply = await replies.next()
        await client?.breakOff()
        client = nil
        while server.instruments.open.total > 0 { await Task.yield() }
        reply?.send(.text(.ok, "nobody is there"))
        await server.stop(within: .seconds(5))
    }

    @Test("An answer to a connection that has gone never reaches the one that has its place")
    func reuse() async throws {
        var (server, replies) = try await start()
        var first: Client? = try await Client(server.addresses.first)
        try await first?.send(Self.get)
        let late = await replies.next()
        await first?.breakOff()
        first = nil
        while server.instruments.open.total > 0 { await Task.yield() }
        let second = try await Client(server.addresses.first)
        try await second.send(Self.get)
        let mine = await replies.next()
        late?.send(.text(.ok, "for the first"))
        mine?.send(.text(.ok, "for the second"))
        #expect(await second.response()?.text == "for the second")
    }

    @Test("One that sends without end does not keep the others waiting")
    func fairness() async throws {
        let (server, _) = try await start()
        let now = "GET /now HTTP/1.1\r\nHost: h\r\n\r\n"
        let isDone = Mutex(false)
        let flood = try await Client(server.addresses.first)
        let others = try await Client(server.addresses.first)
        let flooding = Task {
            let many = String(repeating: now, count: 200)
            while !isDone.withLock({ $0 }) {
                try await flood.send(many)
                for _ in 0..<200 { #expect(await flood.response()?.status == 200) }
            }
        }
        for _ in 0..<100 {
            try await others.send(now)
            #expect(await others.response()?.text == "now")
        }
        isDone.withLock { $0 = true }
        try await flooding.value
    }

    @Test("More connections than are served in one go are all served")
    func many() async throws {
        let (server, _) = try await start()
        let clients = try await withThrowingTaskGroup { group in
            for _ in 0..<(Poller.batch * 3) { group.addTask { try await Client(server.addresses.first) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for _ in 0..<3 {
            for client in clients { try await client.send("GET /now HTTP/1.1\r\nHost: h\r\n\r\n") }
            for client in clients { #expect(await client.response()?.text == "now") }
        }
        #expect(server.instruments.open.total == clients.count)
    }
}
