import Chrono
import Posix
import Testing

@testable import HTTPClient

/// Peers that hang, and requests that are given up.
@Suite("deadlines", .timeLimit(.minutes(5)))
struct DeadlineTests {
    let client = HTTPClient(userAgent: "linewarden/test")

    @Test("a peer that never answers costs the timeout and no more")
    func hanging() async throws {
        let peer = try await Peer { _ in .hang }
        let start = Clock.system.steady()
        await #expect(throws: TransportError.timeout(.milliseconds(200))) {
            try await client.send(OutgoingRequest(url: peer.url, timeout: .milliseconds(200)))
        }
        let elapsed = Clock.system.steady().since(start)
        #expect(elapsed >= .milliseconds(200))
        #expect(elapsed < .seconds(30))
    }

    @Test("a response that is not whole in time is none")
    func dripping() async throws {
        let peer = try await Peer { _ in .drip(response(200, String(repeating: "x", count: 10_000))) }
        await #expect(throws: TransportError.timeout(.milliseconds(300))) {
            try await client.send(OutgoingRequest(url: peer.url, timeout: .milliseconds(300)))
        }
    }

    @Test("no time at all", arguments: [Chrono.Span.zero, .seconds(-1)])
    func noTime(span: Chrono.Span) async throws {
        let peer = try await Peer { _ in .hang }
        await #expect(throws: TransportError.timeout(span)) {
            try await client.send(OutgoingRequest(url: peer.url, timeout: span))
        }
    }

    @Test("a connection that is not made in time")
    func connecting() async throws {
        // A listener whose queue is full drops further SYNs.
        let address = ListenAddress.ipv4(host: "127.0.0.1", port: 0)
        let listener = SharedDescriptor(try Socket.listen(address, sharingPort: false, backlog: 0))
        guard case .ipv4(_, let port) = Socket.localAddress(listener) else { return }
        await withTaskGroup(of: TransportError?.self) { [client] group in
            for _ in 0..<4 {
                group.addTask {
                    let url = "http://127.0.0.1:\(port)"
                    return await client.failure(
                        OutgoingRequest(url: url, timeout: .seconds(1), connectTimeout: .milliseconds(200))
                    )
                }
            }
            var failures: [TransportError?] = []
            for await failure in group { failures.append(failure) }
            #expect(failures.contains(.timeout(.milliseconds(200))))
            #expect(failures.allSatisfy { [.timeout(.milliseconds(200)), .timeout(.seconds(1))].contains($0) })
        }
    }

    @Test("200 hanging hosts do not delay one that answers")
    func isolation() async throws {
        let hanging = try await Peer(on: .ipv4(host: "0.0.0.0", port: 0)) { _ in .hang }
        let good = try await Peer { _ in .answer(response(200)) }
        await withTaskGroup(of: TransportError?.self) { [client] group in
            for host in 1...200 {
                group.addTask {
                    let url = "http://127.0.1.\(host):\(hanging.port)/"
                    return await client.failure(OutgoingRequest(url: url, timeout: .ample))
                }
            }
            await hanging.received(200)
            for _ in 0..<20 {
                let answer = try? await client.send(OutgoingRequest(url: good.url, timeout: .ample))
                #expect(answer?.status == 200)
                #expect(answer.map { $0.duration < .seconds(20) } == true)
            }
            group.cancelAll()
            for await failure in group { #expect(failure == .cancelled) }
        }
        #expect(await hanging.accepted == 200)
    }

    @Test("200 requests to one hanging host all end at the deadline, with those that were never sent")
    func queued() async throws {
        let hanging = try await Peer { _ in .hang }
        let good = try await Peer { _ in .answer(response(200)) }
        let start = Clock.system.steady()
        await withTaskGroup(of: TransportError?.self) { [client] group in
            for _ in 0..<200 {
                group.addTask { await client.failure(OutgoingRequest(url: hanging.url, timeout: .seconds(1))) }
            }
            await hanging.received(HTTPClient.requestsPerHost)
            // More than eight for another host, so that these wait for each other too, but never for the hanging ones.
            await withTaskGroup(of: TransportError?.self) { inner in
                for _ in 0..<40 {
                    inner.addTask { await client.failure(OutgoingRequest(url: good.url, timeout: .milliseconds(900))) }
                }
                for await failure in inner { #expect(failure == nil) }
            }
            for await failure in group { #expect(failure == .timeout(.seconds(1))) }
        }
        #expect(Clock.system.steady().since(start) < .seconds(60))
    }

    @Test("a request that waited for its turn is sent when there is one")
    func turn() async throws {
        let peer = try await Peer { request in request.contains("/hang") ? .hang : .answer(response(200)) }
        let hanging = (0..<HTTPClient.requestsPerHost).map { _ in
            Task { [client] in
                await client.failure(OutgoingRequest(url: "\(peer.url)/hang", timeout: .ample))
            }
        }
        await peer.received(hanging.count)
        let waiting = Task { [client] in
            await client.failure(OutgoingRequest(url: "\(peer.url)/good", timeout: .ample))
        }
        hanging[0].cancel()
        #expect(await waiting.value == nil)
        #expect(await hanging[0].value == .cancelled)
        hanging.forEach { $0.cancel() }
    }

    @Test("cancelling a task ends its request at once")
    func cancelled() async throws {
        let peer = try await Peer { _ in .hang }
        let task = Task { [client] in await client.failure(OutgoingRequest(url: peer.url, timeout: .ample)) }
        await peer.received(1)
        let start = Clock.system.steady()
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(Clock.system.steady().since(start) < .seconds(30))
    }

    @Test("a task that is cancelled already sends nothing")
    func cancelledBefore() async throws {
        let peer = try await Peer { _ in .answer(response(200)) }
        let task = Task { [client] in
            withUnsafeCurrentTask { $0?.cancel() }
            return await client.failure(OutgoingRequest(url: peer.url, timeout: .ample))
        }
        #expect(await task.value == .cancelled)
        #expect(await peer.accepted == 0)
    }

    @Test("closing ends what is under way, and what comes later")
    func closed() async throws {
        let peer = try await Peer { _ in .hang }
        let tasks = (0..<20).map { _ in
            Task { [client] in await client.failure(OutgoingRequest(url: peer.url, timeout: .ample)) }
        }
        await peer.received(HTTPClient.requestsPerHost)
        await client.close()
        for task in tasks { #expect(await task.value == .cancelled) }
        #expect(await client.failure(OutgoingRequest(url: peer.url, timeout: .ample)) == .cancelled)
        await client.close()
        #expect(await peer.requests.count == HTTPClient.requestsPerHost)
    }
}

extension HTTPClient {
    /// The error of a request; nil when it got a response.
    func failure(_ request: OutgoingRequest) async -> TransportError? {
        do throws(TransportError) {
            _ = try await send(request)
            return nil
        } catch {
            return error
        }
    }
}
