import Posix

/// Why the server cannot listen, in words that say what to do.
package struct ListenError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// Opens listening sockets, one for each event loop.
enum Listener {
    static func open(
        _ address: ListenAddress,
        loops: Int,
        inherited: [String: [SharedDescriptor]]
    ) throws(ListenError) -> (perLoop: [SharedDescriptor], address: ListenAddress) {
        switch address {
        case .systemd(let name):
            guard let socket = inherited[name]?.first else {
                let names = inherited.keys.sorted().joined(separator: ", ")
                throw ListenError(
                    description: "cannot listen on \(address): systemd passed no socket of that name"
                        + (names.isEmpty ? "; is the .socket unit enabled?" : " (it passed: \(names))")
                )
            }
            // Loops share an inherited socket: the kernel wakes them, the first to accept gets the connection.
            return (Array(repeating: socket, count: loops), address)
        case .unix(let path):
            do throws(PosixError) {
                try removeLeftover(path)
                let socket = SharedDescriptor(try Socket.listen(address, sharingPort: false))
                return (Array(repeating: socket, count: loops), address)
            } catch {
                throw explain(error, address)
            }
        case .ipv4, .ipv6:
            do throws(PosixError) {
                return try openShared(address, loops)
            } catch {
                throw explain(error, address)
            }
        }
    }

    private static func openShared(
        _ address: ListenAddress,
        _ loops: Int
    ) throws(PosixError) -> (perLoop: [SharedDescriptor], address: ListenAddress) {
        // SO_REUSEPORT would let a second daemon share a port by mistake and take half of the deliveries. So first the
        // port is asked for alone; that fails when anybody has it.
        do {
            let probe = SharedDescriptor(try Socket.listen(address, sharingPort: false))
            withExtendedLifetime(probe) {}
        }
        let first = SharedDescriptor(try Socket.listen(address, sharingPort: true))
        let bound = Socket.localAddress(first) ?? address
        var sockets = [first]
        while sockets.count < loops { sockets.append(SharedDescriptor(try Socket.listen(bound, sharingPort: true))) }
        return (sockets, bound)
    }

    /// A socket file that a killed daemon left behind would make bind fail for ever; one that is served must stay.
    private static func removeLeftover(_ path: String) throws(PosixError) {
        if Socket.isServed(unixPath: path) {
            throw PosixError(call: "bind", code: PosixError.addressInUse, subject: "unix:\(path)")
        }
        if Socket.isSocket(path) { try File.remove(path) }
    }

    private static func explain(_ error: PosixError, _ address: ListenAddress) -> ListenError {
        let remedy =
            switch error.code {
            case PosixError.addressInUse: "another process has it: stop that one or choose another port"
            case PosixError.permissionDenied:
                "ports below 1024 need CAP_NET_BIND_SERVICE, and a Unix socket a directory that may be written"
            case PosixError.addressNotAvailable: "this machine has no such address"
            case PosixError.notFound: "the directory does not exist"
            default: "see the reason"
            }
        return ListenError(description: "cannot listen on \(address): \(error.reason.lowercased()); \(remedy)")
    }
}
