import Glibc
import TestSupport
import Testing

@testable import Posix

@Suite(.timeLimit(.minutes(5))) struct SocketTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private enum Place: String, CaseIterable, Sendable { case ipv4 = "127.0.0.1:0", ipv6 = "[::1]:0", unix = "unix:" }

    /// A listener and the address to reach it at.
    private func listen(_ place: Place) throws -> (SharedDescriptor, ListenAddress) {
        let text = place == .unix ? "unix:\(directory("socket"))" : place.rawValue
        let address = try #require(ListenAddress(text))
        let listener = SharedDescriptor(try Socket.listen(address, sharingPort: false))
        return (listener, Socket.localAddress(listener) ?? address)
    }

    private func connect(to address: ListenAddress) throws -> SharedDescriptor {
        let family =
            switch address {
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            default: AF_UNIX
            }
        let raw = try system("socket") { socket(family, CInt(SOCK_STREAM.rawValue), 0) }
        let client = SharedDescriptor(Descriptor(owning: raw))
        try withSocketAddress(address) { (pointer, length) throws(PosixError) in
            _ = try system("connect") { Glibc.connect(raw, pointer, length) }
        }
        Socket.makeNonBlocking(client)
        return client
    }

    private func receive(_ socket: SharedDescriptor) throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = try buffer.withUnsafeMutableBytes { try Socket.receive(socket, into: $0) }
        return count.map { Array(buffer[..<$0]) }
    }

    @Test("A connection is accepted, bytes pass both ways, and ends are told", arguments: Place.allCases)
    private func passes(place: Place) throws {
        let (listener, address) = try listen(place)
        #expect(try Socket.accept(listener) == nil)
        let client = try connect(to: address)
        var accepted = try Socket.accept(listener)
        while accepted == nil { accepted = try Socket.accept(listener) }
        guard let taken = accepted.take() else { return }
        let peer = taken.peer
        let server = SharedDescriptor(taken.takeSocket())
        #expect(peer.isInternet == (place != .unix))
        #expect(peer.listenAddress == Socket.localAddress(client))
        #expect(fcntl(server.raw, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(server.raw, F_GETFD) & FD_CLOEXEC != 0)
        #expect(try receive(server) == nil)
        for (from, to) in [(client, server), (server, client)] {
            #expect(try [1, 2, 3].withUnsafeBytes { try Socket.send(from, $0) } == 3 * MemoryLayout<Int>.size)
            #expect(try receive(to)?.count == 3 * MemoryLayout<Int>.size)
        }
        Socket.finishWriting(client)
        #expect(try receive(server) == [])
        #expect(try [UInt8(9)].withUnsafeBytes { try Socket.send(server, $0) } == 1)
        #expect(try receive(client) == [9])
    }

    @Test("Writing stops where there is no room, and a peer that has gone is an error, not a signal")
    func fillsAndBreaks() throws {
        let (listener, address) = try listen(.unix)
        let client = try connect(to: address)
        let block = [UInt8](repeating: 0, count: 1 << 20)
        var sent = 0
        while let count = try block.withUnsafeBytes({ try Socket.send(client, $0) }) { sent += count }
        #expect(sent > 0)
        do { _ = try Socket.accept(listener) }
        let error = #expect(throws: PosixError.self) { try block.withUnsafeBytes { _ = try Socket.send(client, $0) } }
        #expect(error?.call == "send")
        #expect(error.map { [EPIPE, ECONNRESET].contains($0.code) } == true)
    }

    @Test("A port in use is an error that names the address", arguments: [Place.ipv4, .ipv6])
    private func inUse(place: Place) throws {
        let (listener, address) = try listen(place)
        let error = #expect(throws: PosixError.self) { _ = try Socket.listen(address, sharingPort: false) }
        #expect(error == PosixError(call: "bind", code: EADDRINUSE, subject: address.description))
        #expect(throws: PosixError.self) { _ = try Socket.listen(address, sharingPort: true) }
        withExtendedLifetime(listener) {}
    }

    @Test("Listeners that agree share a port; one that does not agree keeps out")
    func shares() throws {
        let first = SharedDescriptor(try Socket.listen(.ipv4(host: "127.0.0.1", port: 0), sharingPort: true))
        let address = try #require(Socket.localAddress(first))
        let second = SharedDescriptor(try Socket.listen(address, sharingPort: true))
        #expect(Socket.localAddress(second) == address)
        #expect(throws: PosixError.self) { _ = try Socket.listen(address, sharingPort: false) }
    }

    @Test("An address of another machine cannot be listened on")
    func foreign() {
        let error = #expect(throws: PosixError.self) {
            _ = try Socket.listen(.ipv4(host: "192.0.2.1", port: 0), sharingPort: false)
        }
        #expect(error?.code == PosixError.addressNotAvailable)
    }

    @Test("A socket file is known, and known to be served or left behind")
    func leftovers() throws {
        let path = directory("socket")
        #expect(!Socket.isSocket(path))
        #expect(!Socket.isServed(unixPath: path))
        do {
            let (listener, _) = try listen(.unix)
            #expect(Socket.isSocket(path))
            #expect(Socket.isServed(unixPath: path))
            withExtendedLifetime(listener) {}
        }
        #expect(Socket.isSocket(path))
        #expect(!Socket.isServed(unixPath: path))
        #expect(throws: PosixError(call: "bind", code: EADDRINUSE, subject: "unix:\(path)")) { _ = try listen(.unix) }
        try File.replace(directory("file"), with: [])
        #expect(!Socket.isSocket(directory("file")))
        #expect(!Socket.isServed(unixPath: directory("file")))
    }

    @Test("A server whose queue is full is served all the same, and asking does not wait")
    func fullQueue() throws {
        let path = directory("full")
        let listener = SharedDescriptor(try Socket.listen(.unix(path: path), sharingPort: false, backlog: 0))
        let waiting = try connect(to: .unix(path: path))
        #expect(Socket.isServed(unixPath: path))
        withExtendedLifetime((listener, waiting)) {}
    }

    @Test("A listening socket without a TCP address has none")
    func localAddress() throws {
        let (listener, _) = try listen(.unix)
        #expect(Socket.localAddress(listener) == nil)
    }
}
