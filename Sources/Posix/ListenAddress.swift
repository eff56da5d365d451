import Glibc

/// Where a listener listens, as the configuration writes it.
package enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 address or `localhost`, and a port; port 0 lets the system choose.
    case ipv4(host: String, port: UInt16)
    /// An IPv6 address and a port.
    case ipv6(host: String, port: UInt16)
    /// The path of a Unix socket.
    case unix(path: String)
    /// A socket that systemd opened, by its `FileDescriptorName=`.
    case systemd(name: String)

    /// The forms that `init(_:)` understands, for error messages.
    package static let forms =
        #""127.0.0.1:8080", "[::1]:8080", "unix:/run/linewarden/webhook.sock" or "systemd:webhook""#

    /// Reads `host:port`, `[v6]:port`, `unix:/path` or `systemd:NAME`; nil for anything else.
    ///
    /// Names are not resolved: a listener must not depend on DNS.
    package init?(_ text: String) {
        // C reads a text up to its first NUL.
        guard !text.utf8.contains(0) else { return nil }
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            // sun_path holds 108 bytes, the closing NUL among them (unix(7)).
            guard path.hasPrefix("/"), path.utf8.count < 108 else { return nil }
            self = .unix(path: path)
            return
        }
        if text.hasPrefix("systemd:") {
            let name = String(text.dropFirst(8))
            guard !name.isEmpty else { return nil }
            self = .systemd(name: name)
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            text[colon...].utf8.dropFirst().allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        let host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = String(host.dropFirst().dropLast())
            var parsed = in6_addr()
            guard inet_pton(AF_INET6, inner, &parsed) == 1 else { return nil }
            self = .ipv6(host: inner, port: port)
        } else {
            var parsed = in_addr()
            guard host == "localhost" || inet_pton(AF_INET, host, &parsed) == 1 else { return nil }
            self = .ipv4(host: host == "localhost" ? "127.0.0.1" : host, port: port)
        }
    }

    package var description: String {
        switch self {
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port): "[\(host)]:\(port)"
        case .unix(let path): "unix:\(path)"
        case .systemd(let name): "systemd:\(name)"
        }
    }

    /// Whether the system chooses the port, so that the same address twice is two addresses.
    package var isChosenLater: Bool {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port): port == 0
        case .unix, .systemd: false
        }
    }

    /// Whether only this machine can reach it.
    ///
    /// A socket from systemd is not known to be.
    package var isLocal: Bool {
        switch self {
        case .ipv4(let host, _): host.hasPrefix("127.")
        case .ipv6(let host, _): host == "::1"
        case .unix: true
        case .systemd: false
        }
    }
}
