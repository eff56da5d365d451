package import Chrono
package import HTTPWire
package import Posix

/// How much of the server one peer, or all together, may use.
///
/// Each limit has its answer and its counter.
package struct ServerLimits: Sendable, Equatable {
    /// Bytes of a message.
    ///
    /// Beyond: 413, 414 or 431.
    package var message = HTTPLimits()
    /// From the connection to the end of the TLS handshake.
    ///
    /// Beyond: closed.
    package var handshakeTime = Span.seconds(10)
    /// From the first byte of a request to the end of its header.
    ///
    /// Beyond: 408.
    package var headerTime = Span.seconds(10)
    /// From the end of the header to the end of the body.
    ///
    /// Beyond: 408.
    package var bodyTime = Span.seconds(30)
    /// Between two requests of a connection.
    ///
    /// Beyond: closed.
    package var idleTime = Span.seconds(75)
    /// From an answer's first byte to its last.
    ///
    /// Beyond: closed.
    package var writeTime = Span.seconds(30)
    /// From a whole request to its answer.
    ///
    /// Beyond: 503, so that the sender tries again. Linq itself waits for ten seconds.
    package var handlerTime = Span.seconds(9)
    /// Connections at once, in all.
    ///
    /// Beyond: 503.
    package var connections = 10_000
    /// Connections at once from one address; a trusted proxy may have as many as all.
    ///
    /// Beyond: 503.
    package var connectionsPerAddress = 256
    /// Proxies whose word about the client's address is believed.
    package var trustedProxies: [AddressBlock] = []
    /// Bytes of a body a second, on the average since its beginning, after the first seconds.
    ///
    /// Below: 408.
    package var bodyBytesPerSecond = 512
    /// Requests of one connection; after the last it is closed, so that load spreads over restarts and event loops.
    package var requestsPerConnection = 100_000

    package init() {}

    /// Whether a peer's word about the client's address is believed.
    package func isTrusted(_ peer: PeerAddress) -> Bool { trustedProxies.contains { $0.contains(peer.host) } }
}
