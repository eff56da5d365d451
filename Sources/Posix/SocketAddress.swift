import Glibc

/// Who connected.
package struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address without its port, in numbers; `unix` for a Unix socket.
    package let host: String
    /// The TCP port; 0 for a Unix socket.
    package let port: UInt16
    private let isIPv6: Bool

    init(_ storage: sockaddr_storage) {
        let family = CInt(storage.ss_family)
        switch family {
        case AF_INET:
            let address = withUnsafeBytes(of: storage) { $0.load(as: sockaddr_in.self) }
            (host, port) = (numeric(AF_INET, address.sin_addr), UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            let address = withUnsafeBytes(of: storage) { $0.load(as: sockaddr_in6.self) }
            (host, port) = (numeric(AF_INET6, address.sin6_addr), UInt16(bigEndian: address.sin6_port))
        default:
            (host, port) = ("unix", 0)
        }
        isIPv6 = family == AF_INET6
    }

    /// Whether it came over TCP.
    package var isInternet: Bool { host != "unix" }

    package var description: String {
        if !isInternet { return host }
        return isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    var listenAddress: ListenAddress? {
        if !isInternet { return nil }
        return isIPv6 ? .ipv6(host: host, port: port) : .ipv4(host: host, port: port)
    }
}

private func numeric<Address>(_ family: CInt, _ address: Address) -> String {
    withUnsafeBytes(of: address) { address in
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let base = text.baseAddress,
                inet_ntop(family, address.baseAddress, base, socklen_t(text.count)) != nil
            else { return "unknown" }
            return String(cString: base)
        }
    }
}

/// Calls the body with the kernel's form of an address.
func withSocketAddress<Result>(
    _ address: ListenAddress,
    _ body: (UnsafePointer<sockaddr>, socklen_t) throws(PosixError) -> Result
) throws(PosixError) -> Result {
    switch address {
    case .ipv4(let host, let port):
        var native = sockaddr_in()
        native.sin_family = sa_family_t(AF_INET)
        native.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &native.sin_addr)
        return try call(&native, body)
    case .ipv6(let host, let port):
        var native = sockaddr_in6()
        native.sin6_family = sa_family_t(AF_INET6)
        native.sin6_port = port.bigEndian
        inet_pton(AF_INET6, host, &native.sin6_addr)
        return try call(&native, body)
    case .unix(let path), .systemd(let path):
        var native = sockaddr_un()
        native.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &native.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return try call(&native, body)
    }
}

private func call<Native, Result>(
    _ native: inout Native,
    _ body: (UnsafePointer<sockaddr>, socklen_t) throws(PosixError) -> Result
) throws(PosixError) -> Result {
    // The closure of withMemoryRebound cannot carry a typed error through two levels: it travels as a value.
    let result: Swift.Result<Result, PosixError> = withUnsafePointer(to: &native) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            do throws(PosixError) {
                return .success(try body(address, socklen_t(MemoryLayout<Native>.size)))
            } catch {
                return .failure(error)
            }
        }
    }
    return try result.get()
}
