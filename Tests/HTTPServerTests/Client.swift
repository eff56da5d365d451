import Glibc
import Posix
import Testing

/// One connection to a server, as a peer in a test uses it.
actor Client {
    /// A response, taken apart.
    struct Response: Equatable {
        let status: Int
        let head: String
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }

        func has(_ field: String) -> Bool { head.contains("\r\n\(field)\r\n") }
    }

    private nonisolated let executor = QueueExecutor(label: "client")
    private let socket: SharedDescriptor
    private var received: [UInt8] = []
    private var readable: EventSource?
    private var waiter: CheckedContinuation<Void, Never>?
    /// Whether the server has closed its side, and whether it did so by breaking the connection off.
    private(set) var end: (isThere: Bool, isReset: Bool) = (false, false)

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Connects; a client that is not reading leaves what comes in the kernel's buffer until `startReading`.
    init(_ address: ListenAddress?, reading: Bool = true) async throws {
        socket = try connect(try #require(address))
        Socket.makeNonBlocking(socket)
        if reading { startReading() }
    }

    func startReading() {
        readable = .readable(socket, on: executor) { [weak self] in self?.assumeIsolated { $0.read() } }
    }

    /// Sends all of it, however long that takes.
    func send(_ bytes: [UInt8]) async throws {
        var sent = 0
        while sent < bytes.count {
            let count = try bytes.withUnsafeBytes { bytes in
                try Socket.send(socket, UnsafeRawBufferPointer(rebasing: bytes[sent...]))
            }
            if let count { sent += count } else { await Task.yield() }
        }
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func finishWriting() { Socket.finishWriting(socket) }

    /// Breaks the connection off: a TCP peer is told by a reset, and at once, when the client is let go.
    func breakOff() {
        readable = nil
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket.raw, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }

    /// The next response; nil when the connection ends before it is whole.
    func response(toHead: Bool = false) async -> Response? {
        while true {
            if let response = takeResponse(toHead) { return response }
            if end.isThere { return nil }
            await withCheckedContinuation { waiter = $0 }
        }
    }

    /// What comes until the server closes.
    func rest() async -> String {
        while !end.isThere { await withCheckedContinuation { waiter = $0 } }
        return String(decoding: received, as: UTF8.self)
    }

    private func read() {
        let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            do {
                count = try Socket.receive(socket, into: UnsafeMutableRawBufferPointer(buffer)) ?? -1
            } catch {
                end.isReset = true
            }
            if count == 0 {
                end.isThere = true
                readable = nil
            }
            count = max(count, 0)
        }
        received += chunk
        waiter?.resume()
        waiter = nil
    }

    private func takeResponse(_ toHead: Bool) -> Response? {
        guard let range = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: received[..<(range.lowerBound + 2)], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        let length = lines.first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
        let end = range.upperBound + (toHead ? 0 : length)
        guard received.count >= end else { return nil }
        defer { received.removeFirst(end) }
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Response(status: status, head: head, body: Array(received[range.upperBound..<end]))
    }
}

/// A connected socket.
private func connect(_ address: ListenAddress) throws -> SharedDescriptor {
    let family = if case .unix = address { AF_UNIX } else { AF_INET }
    let raw = try system("socket") { socket(family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0) }
    let descriptor = SharedDescriptor(Descriptor(owning: raw))
    switch address {
    case .unix(let path):
        var native = sockaddr_un()
        native.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &native.sun_path) { $0.copyBytes(from: path.utf8) }
        try connect(raw, &native)
    case .ipv4(let host, let port):
        var native = sockaddr_in()
        native.sin_family = sa_family_t(AF_INET)
        native.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &native.sin_addr)
        try connect(raw, &native)
    default: throw PosixError(call: "connect", code: EAFNOSUPPORT)
    }
    return descriptor
}

private func connect<Native>(_ raw: CInt, _ native: inout Native) throws {
    let length = socklen_t(MemoryLayout<Native>.size)
    try system("connect") {
        withUnsafePointer(to: &native) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(raw, $0, length) }
        }
    }
}
