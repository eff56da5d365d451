import Posix
import Synchronization

/// How many connections are open, in all and from each address, over all event loops of a server.
final class AddressBook: Sendable {
    private struct State {
        var total = 0
        var byAddress: [String: Int] = [:]
    }

    private let limits: ServerLimits
    private let state = Mutex(State())

    init(limits: ServerLimits) { self.limits = limits }

    /// Counts a connection in; or gives the limit that forbids it, by its name in the configuration.
    func enter(_ peer: PeerAddress) -> String? {
        let isLimited = isLimited(peer)
        return state.withLock { state in
            if state.total >= limits.connections { return "connections" }
            if isLimited {
                let count = state.byAddress[peer.host, default: 0]
                if count >= limits.connectionsPerAddress { return "connections_per_address" }
                state.byAddress[peer.host] = count + 1
            }
            state.total += 1
            return nil
        }
    }

    /// Counts a connection out that was counted in.
    func leave(_ peer: PeerAddress) {
        let isLimited = isLimited(peer)
        state.withLock { state in
            state.total -= 1
            guard isLimited, let count = state.byAddress[peer.host] else { return }
            state.byAddress[peer.host] = count > 1 ? count - 1 : nil
        }
    }

    /// A proxy's connections are everybody's, and on a Unix socket everybody is a proxy.
    private func isLimited(_ peer: PeerAddress) -> Bool { peer.isInternet && !limits.isTrusted(peer) }
}
