import Chrono
import HTTPWire
import Posix
import TestSupport
import Testing

@testable import HTTPServer

@Suite(.timeLimit(.minutes(5))) struct ListenerTests {
    private struct Handler: RequestHandler {
        func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
            .text(.ok, "\(peer.isInternet)")
        }
    }

    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func start(
        _ addresses: ListenAddress...,
        inherited: [String: [SharedDescriptor]] = [:]
    ) async throws(ListenError) -> HTTPServer {
        try await HTTPServer(name: "test", listen: addresses, loops: 2, inherited: inherited, handler: Handler())
    }

    private func ask(_ address: ListenAddress?) async throws -> String? {
        let client = try await Client(address)
        try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        return await client.response()?.text
    }

    @Test("All addresses are served, and the ports that the system chose are told")
    func several() async throws {
        let path = directory("socket")
        let server = try await start(
            .ipv4(host: "127.0.0.1", port: 0),
            .unix(path: path),
            .ipv4(host: "127.0.0.2", port: 0)
        )
        #expect(server.addresses.count == 3)
        #expect(server.addresses[1] == .unix(path: path))
        #expect(Set(server.addresses).count == 3)
        for (address, answer) in zip(server.addresses, ["true", "false", "true"]) {
            #expect(try await ask(address) == answer)
        }
        await server.stop(within: .seconds(5))
        #expect(!Socket.isSocket(path))
    }

    @Test("A port in use is an error that says what to do")
    func portInUse() async throws {
        let server = try await start(.ipv4(host: "127.0.0.1", port: 0))
        let address = try #require(server.addresses.first)
        let error = await #expect(throws: ListenError.self) { _ = try await start(address) }
        #expect(
            error?.description
                == "cannot listen on \(address): address already in use; "
                + "another process has it: stop that one or choose another port"
        )
        #expect(try await ask(address) == "true")
    }

    @Test("An address that cannot be had closes those that could")
    func nothingLeftOpen() async throws {
        let port: ListenAddress
        do {
            let probe = SharedDescriptor(try Socket.listen(.ipv4(host: "127.0.0.1", port: 0), sharingPort: false))
            port = try #require(Socket.localAddress(probe))
        }
        let error = await #expect(throws: ListenError.self) {
            _ = try await start(port, .ipv4(host: "192.0.2.1", port: 80))
        }
        #expect(error?.description.hasSuffix("this machine has no such address") == true)
        await #expect(throws: PosixError.self) { _ = try await Client(port) }
    }

    @Test("A socket file that was left behind is replaced")
    func leftover() async throws {
        let path = directory("socket")
        do { _ = try Socket.listen(.unix(path: path), sharingPort: false) }
        #expect(Socket.isSocket(path))
        let server = try await start(.unix(path: path))
        #expect(try await ask(.unix(path: path)) == "false")
        withExtendedLifetime(server) {}
    }

    @Test("A socket file that is served is left alone")
    func served() async throws {
        let path = directory("socket")
        let server = try await start(.unix(path: path))
        let error = await #expect(throws: ListenError.self) { _ = try await start(.unix(path: path)) }
        #expect(error?.description.hasPrefix("cannot listen on unix:\(path): address already in use; ") == true)
        #expect(try await ask(.unix(path: path)) == "false")
        withExtendedLifetime(server) {}
    }

    @Test("A file that is no socket is not removed")
    func otherFile() async throws {
        let path = directory("file")
        try File.replace(path, with: [1])
        await #expect(throws: ListenError.self) { _ = try await start(.unix(path: path)) }
        #expect(try File.read(path) == [1])
    }

    @Test("A directory that is not there is told")
    func noDirectory() async {
        let error = await #expect(throws: ListenError.self) { _ = try await start(.unix(path: directory("a/b"))) }
        #expect(error?.description.hasSuffix("the directory does not exist") == true)
    }

    @Test("A socket that systemd opened is served by its name")
    func inherited() async throws {
        let socket = SharedDescriptor(try Socket.listen(.ipv4(host: "127.0.0.1", port: 0), sharingPort: false))
        let server = try await start(.systemd(name: "webhook"), inherited: ["webhook": [socket]])
        #expect(server.addresses == [.systemd(name: "webhook")])
        #expect(try await ask(Socket.localAddress(socket)) == "true")
    }

    @Test(
        "A socket that systemd did not pass is told, with those it passed",
        arguments: [
            ([], "is the .socket unit enabled?"), (["b", "a"], " (it passed: a, b)"),
        ] as [([String], String)]
    )
    func notInherited(names: [String], ending: String) async throws {
        let socket = SharedDescriptor(try Socket.listen(.ipv4(host: "127.0.0.1", port: 0), sharingPort: false))
        let inherited = Dictionary(uniqueKeysWithValues: names.map { ($0, [socket]) })
        let error = await #expect(throws: ListenError.self) {
            _ = try await start(.systemd(name: "webhook"), inherited: inherited)
        }
        #expect(error?.description.hasPrefix("cannot listen on systemd:webhook: systemd passed no socket") == true)
        #expect(error?.description.hasSuffix(ending) == true)
    }
}
