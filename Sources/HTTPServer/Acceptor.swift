import HTTPWire
import Metrics
package import Posix

/// Takes connections from listening sockets, also when the system has run out of what a connection needs.
final class Acceptor {
    /// Connections taken in one go, so that those that are open already are served in between.
    private static let burst = 64

    private let instruments: HTTPServer.Instruments
    private let report: @Sendable (ServerTrouble) -> Void
    /// A descriptor held back for the day when there are none left: giving it up makes room to accept one connection and
    /// close it, so that its peer learns at once that it has to try elsewhere, instead of waiting in the kernel's queue.
    private var reserve: Descriptor?

    init(instruments: HTTPServer.Instruments, report: @escaping @Sendable (ServerTrouble) -> Void) {
        self.instruments = instruments
        self.report = report
        reserve = try? Descriptor.reserve()
    }

    /// What is waiting at a listener.
    ///
    /// - Returns: the connections, and whether accepting should rest for a moment.
    func take(_ listener: SharedDescriptor) -> (connections: [(SharedDescriptor, PeerAddress)], mustRest: Bool) {
        var connections: [(SharedDescriptor, PeerAddress)] = []
        for _ in 0..<Self.burst {
            do throws(PosixError) {
                guard let accepted = try Socket.accept(listener) else { break }
                let peer = accepted.peer
                connections.append((SharedDescriptor(accepted.takeSocket()), peer))
            } catch {
                instruments.acceptFailures.add(1, error.reason)
                // ECONNABORTED, and the network errors that accept(2) lists, concern that connection alone.
                guard error.isExhaustion else { continue }
                report(.exhausted(error))
                turnOneAway(listener)
                return (connections, true)
            }
        }
        return (connections, false)
    }

    /// Tells a connection that is one too many, as far as that goes without waiting for it.
    func turnAway(_ socket: SharedDescriptor, isEnciphered: Bool, date: String) {
        // Under TLS it could only be told after a handshake, which is what there is no room for.
        if isEnciphered { return }
        var bytes: [UInt8] = []
        HTTPResponse.refusal(.serviceUnavailable, "too_many_connections", "too many connections; try again later")
            .serialize(into: &bytes, version: .http11, keepAlive: false, forHead: false, date: date)
        _ = bytes.withUnsafeBytes { try? Socket.send(socket, $0) }
        Socket.finishWriting(socket)
    }

    private func turnOneAway(_ listener: SharedDescriptor) {
        reserve = nil
        // Taken and dropped: closing is all that can be done for it.
        _ = try? Socket.accept(listener)
        reserve = try? Descriptor.reserve()
    }
}

/// Something that keeps the server from doing its work, for the log.
package enum ServerTrouble: Sendable, CustomStringConvertible {
    /// Descriptors or memory have run out.
    case exhausted(PosixError)
    /// A limit of the configuration turned a connection away.
    case limited(String, PeerAddress)

    package var description: String {
        switch self {
        case .exhausted(let error):
            "connections cannot be accepted: \(error.reason.lowercased()); raise LimitNOFILE= or lower "
                + "webhook.limits.connections"
        case .limited(let limit, let peer): "a connection from \(peer) was turned away: webhook.limits.\(limit)"
        }
    }
}
