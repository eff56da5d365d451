import Chrono
import HTTPWire
import Metrics
import Posix
import Synchronization
import Testing

@testable import HTTPServer

@Suite(.timeLimit(.minutes(5))) struct HTTPServerStopTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"

    /// Answers when it is told to.
    private struct Waiting: RequestHandler {
        let requests: AsyncStream<Reply>.Continuation

        func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
            requests.yield(reply)
            return nil
        }
    }

    /// Keeps the event loop from doing anything else, as no handler should.
    private struct Blocking: RequestHandler {
        let isOpen: @Sendable () -> Bool

        func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
            while !isOpen() {}
            return .text(.ok, "ok")
        }
    }

    @Test("What is under way is finished, what is idle is closed, and nothing new is taken")
    func finishes() async throws {
        let (replies, reply) = AsyncStream.makeStream(of: Reply.self)
        let server = try await HTTPServer(
            name: "test",
            listen: [.ipv4(host: "127.0.0.1", port: 0)],
            loops: 2,
            handler: Waiting(requests: reply)
        )
        let idle = try await Client(server.addresses.first)
        let busy = try await Client(server.addresses.first)
        try await busy.send(Self.get)
        var iterator = replies.makeAsyncIterator()
        let underWay = await iterator.next()
        async let stop: Void = server.stop(within: .seconds(30))
        #expect(await idle.rest() == "")
        underWay?.send(.text(.ok, "done"))
        let response = await busy.response()
        #expect(response?.text == "done")
        #expect(await busy.rest() == "")
        await stop
        await #expect(throws: PosixError.self) { _ = try await Client(server.addresses.first) }
        #expect(server.instruments.open.total == 0)
    }

    @Test("A request that never ends does not keep the server for ever")
    func patience() async throws {
        let (replies, reply) = AsyncStream.makeStream(of: Reply.self)
        let server = try await HTTPServer(
            name: "test",
            listen: [.ipv4(host: "127.0.0.1", port: 0)],
            loops: 1,
            handler: Waiting(requests: reply)
        )
        let client = try await Client(server.addresses.first)
        try await client.send(Self.get)
        var iterator = replies.makeAsyncIterator()
        _ = await iterator.next()
        let start = Clock.system.steady()
        await server.stop(within: .milliseconds(200))
        #expect(Clock.system.steady().since(start) >= .milliseconds(200))
        #expect(await client.rest() == "")
    }

    @Test("A connection the kernel had taken before the stop gets an answer, not a reset")
    func servesWhatWasAccepted() async throws {
        for _ in 0..<20 {
            let turnstile = Mutex(0)
            let server = try await HTTPServer(
                name: "test",
                listen: [.ipv4(host: "127.0.0.1", port: 0)],
                loops: 1,
                handler: Blocking(isOpen: { turnstile.withLock { $0 > 0 } })
            )
            // While the loop is busy with the one, the kernel takes the other.
            let first = try await Client(server.addresses.first)
            try await first.send(Self.get)
            let client = try await Client(server.addresses.first)
            try await client.send(Self.get)
            async let stop: Void = server.stop(within: .seconds(5))
            turnstile.withLock { $0 = 1 }
            await stop
            let response = await client.response()
            #expect(response.map { [200, 503].contains($0.status) } == true)
            #expect(await !client.end.isReset)
        }
    }
}
