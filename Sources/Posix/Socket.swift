import CLinux
import Glibc

/// A connection that was taken from a listener's queue.
package struct Accepted: ~Copyable {
    package let socket: Descriptor
    package let peer: PeerAddress

    /// Gives the socket away.
    package consuming func takeSocket() -> Descriptor { socket }
}

/// Sockets as the server uses them: stream, non-blocking, closed on exec.
package enum Socket {
    /// Opens a listening socket.
    ///
    /// `sharingPort`: with SO_REUSEPORT, so that several event loops listen on one port and the kernel spreads
    /// connections over them. Without it a port that is in use is an error.
    ///
    /// `backlog`: connections the kernel keeps until they are accepted (capped by net.core.somaxconn).
    ///
    /// - Throws: `PosixError` whose subject is the address.
    package static func listen(
        _ address: ListenAddress,
        sharingPort: Bool,
        backlog: CInt = 4_096
    ) throws(PosixError) -> Descriptor {
        let subject = address.description
        let family: CInt
        switch address {
        case .ipv4: family = AF_INET
        case .ipv6: family = AF_INET6
        case .unix, .systemd: family = AF_UNIX
        }
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = Descriptor(owning: try system("socket", subject) { socket(family, kind, 0) })
        let raw = descriptor.raw
        if family != AF_UNIX {
            try set(raw, SOL_SOCKET, SO_REUSEADDR, 1, subject)
            if sharingPort { try set(raw, SOL_SOCKET, SO_REUSEPORT, 1, subject) }
            if family == AF_INET6 { try set(raw, CInt(IPPROTO_IPV6), IPV6_V6ONLY, 1, subject) }
        }
        try withSocketAddress(address) { (pointer, length) throws(PosixError) in
            _ = try system("bind", subject) { bind(raw, pointer, length) }
        }
        try system("listen", subject) { Glibc.listen(raw, backlog) }
        return descriptor
    }

    /// The address a listening TCP socket really has, with the port the system chose; nil for other families.
    package static func localAddress(_ descriptor: SharedDescriptor) -> ListenAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let raw = descriptor.raw
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
        }
        return result == 0 ? PeerAddress(storage).listenAddress : nil
    }

    /// Takes one waiting connection; nil when none waits.
    ///
    /// - Throws: `PosixError` for everything but EAGAIN; ECONNABORTED means: that one is gone, try the next.
    package static func accept(
        _ listener: SharedDescriptor
    ) throws(PosixError) -> Accepted? {
        var storage = sockaddr_storage()
        let raw = listener.raw
        do throws(PosixError) {
            let accepted = try system("accept4") {
                var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                return lw_accept(raw, &storage, &length)
            }
            let peer = PeerAddress(storage)
            // Answers are small and written whole: waiting for more (Nagle) only delays them.
            if peer.isInternet { try? set(accepted, CInt(IPPROTO_TCP), TCP_NODELAY, 1, "") }
            return Accepted(socket: Descriptor(owning: accepted), peer: peer)
        } catch {
            if error.wouldBlock { return nil }
            throw error
        }
    }

    /// Reads what is there into the buffer; nil when nothing is, 0 when the peer has closed its side.
    package static func receive(
        _ descriptor: SharedDescriptor,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(PosixError) -> Int? {
        do throws(PosixError) {
            return try system("recv") { recv(descriptor.raw, buffer.baseAddress, buffer.count, 0) }
        } catch {
            if error.wouldBlock { return nil }
            throw error
        }
    }

    /// Writes as much as there is room for; nil when there is none.
    ///
    /// Never raises SIGPIPE.
    package static func send(
        _ descriptor: SharedDescriptor,
        _ bytes: UnsafeRawBufferPointer
    ) throws(PosixError) -> Int? {
        do throws(PosixError) {
            return try system("send") {
                Glibc.send(descriptor.raw, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            }
        } catch {
            if error.wouldBlock { return nil }
            throw error
        }
    }

    /// Says that nothing more will be written; the peer may still send.
    ///
    /// Faults do not matter: the socket is closed next.
    package static func finishWriting(_ descriptor: SharedDescriptor) {
        shutdown(descriptor.raw, CInt(SHUT_WR))
    }

    /// Makes calls on a socket that somebody else opened return at once when they would have to wait.
    package static func makeNonBlocking(_ descriptor: SharedDescriptor) {
        let flags = fcntl(descriptor.raw, F_GETFL)
        if flags >= 0 { _ = fcntl(descriptor.raw, F_SETFL, flags | O_NONBLOCK) }
    }

    /// Whether the path is a socket, served or left behind.
    package static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    /// Whether somebody accepts connections on a Unix socket.
    package static func isServed(unixPath path: String) -> Bool {
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        do throws(PosixError) {
            let probe = Descriptor(owning: try system("socket") { socket(AF_UNIX, kind, 0) })
            let raw = probe.raw
            try withSocketAddress(.unix(path: path)) { (pointer, length) throws(PosixError) in
                _ = try system("connect") { connect(raw, pointer, length) }
            }
            return true
        } catch {
            // There is somebody, whose queue is full (connect(2)): waiting for him could take for ever.
            return error.wouldBlock
        }
    }

    private static func set(
        _ raw: CInt,
        _ level: CInt,
        _ option: CInt,
        _ value: CInt,
        _ subject: String
    ) throws(PosixError) {
        var value = value
        try system("setsockopt", subject) {
            setsockopt(raw, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
        }
    }
}
