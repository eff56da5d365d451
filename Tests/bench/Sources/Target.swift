import Glibc

/// Where requests go: an IPv4 address, a port and a path.
struct Target: Sendable {
    let host: String
    let port: UInt16
    let path: String

    /// Reads `http://127.0.0.1:8080/webhooks/linq`.
    init(_ url: String) throws {
        let rest = url.hasPrefix("http://") ? url.dropFirst(7) : Substring(url)
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let parts = rest[..<end].split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else {
            throw BenchError("'\(url)' is no URL such as http://127.0.0.1:8080/path")
        }
        self.port = port
        host = String(parts[0])
        path = end == rest.endIndex ? "/" : String(rest[end...])
    }

    var authority: String { "\(host):\(port)" }

    /// A connected socket that never blocks and never waits to fill a packet.
    ///
    /// `source`: an address of this machine to come from.
    func connect(from source: String? = nil) throws -> Int32 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw BenchError("there is no socket left (errno \(errno))") }
        if let source { try withAddress(source, 0) { bind(socket, $0, $1) } }
        do {
            try withAddress(host, port) { Glibc.connect(socket, $0, $1) }
        } catch {
            close(socket)
            throw error
        }
        makeReady(socket)
        return socket
    }

    /// A socket that listens on this host and port.
    func listen() throws -> Int32 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        try withAddress(host, port) { bind(socket, $0, $1) }
        guard Glibc.listen(socket, 4_096) == 0 else { throw BenchError("cannot listen on \(authority)") }
        makeReady(socket)
        return socket
    }

    private func withAddress(
        _ host: String,
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws {
        var native = sockaddr_in()
        native.sin_family = sa_family_t(AF_INET)
        native.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &native.sin_addr) == 1 else { throw BenchError("'\(host)' is no IPv4 address") }
        let result = withUnsafePointer(to: &native) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard result == 0 else { throw BenchError("\(authority) cannot be reached (errno \(errno))") }
    }
}

func makeReady(_ socket: Int32) {
    var yes: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
}
