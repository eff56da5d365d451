import CSystemd
package import Posix

/// Sockets that systemd opened for the service (sd_listen_fds_with_names(3)).
package enum InheritedSockets {
    /// Takes them over, by their `FileDescriptorName=`.
    ///
    /// Only the first call can: the environment is cleared, so that no child process takes them for its own.
    package static func take() -> [String: [SharedDescriptor]] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        guard count > 0, let names else { return [:] }
        var sockets: [String: [SharedDescriptor]] = [:]
        for index in 0..<Int(count) {
            let name = names[index].map { String(cString: $0) } ?? "unknown"
            // SD_LISTEN_FDS_START is 3. Close-on-exec is set by libsystemd, O_NONBLOCK is for us to set.
            let socket = SharedDescriptor(Descriptor(owning: 3 + CInt(index)))
            Socket.makeNonBlocking(socket)
            sockets[name, default: []].append(socket)
        }
        return sockets
    }
}
