package import Chrono
package import Metrics
package import Posix

/// Listens, accepts, limits, times out, hands over one request, writes one answer.
package final class HTTPServer: Sendable {
    /// What a server counts, for `/metrics`.
    package struct Instruments: Sendable {
        package let accepted = Counter()
        /// Grows and shrinks: connections open now.
        package let open = Counter()
        /// By the reason the system gave.
        package let acceptFailures = Counter()
        /// By the limit that was reached.
        package let limited = Counter()
        /// By OpenSSL's words: handshakes and connections that TLS ended.
        package let tlsFailures = Counter()
        /// By code: requests that broke a rule of HTTP or a limit, and were refused before anybody saw them.
        package let refused = Counter()
        /// By what took too long.
        package let timeouts = Counter()
        package init() {}
    }

    package let instruments = Instruments()
    /// The addresses it really listens on, with the ports the system chose.
    package let addresses: [ListenAddress]
    private let loops: [EventLoop]
    /// Whether the service manager holds the sockets, and will give them to whoever comes next.
    private let isInherited: Bool

    /// Starts listening.
    ///
    /// `loops`: event loops, each with a queue of its own and, on TCP, a listener of its own.
    ///
    /// `tls`: what TCP connections are shown; nil: they are not enciphered. Unix sockets never are.
    ///
    /// `report`: told of what keeps the server from its work; called often, so it has to choose what to say.
    ///
    /// `inherited`: sockets that the service manager opened, by their names.
    ///
    /// - Throws: `ListenError` naming the address; nothing is left open then.
    package init(
        name: String,
        listen listenAddresses: [ListenAddress],
        loops count: Int,
        limits: ServerLimits = ServerLimits(),
        clock: Clock = .system,
        inherited: [String: [SharedDescriptor]] = [:],
        tls: TLSCertificate? = nil,
        report: @escaping @Sendable (ServerTrouble) -> Void = { _ in },
        handler: any RequestHandler
    ) async throws(ListenError) {
        var sockets: [[SharedDescriptor]] = []
        var addresses: [ListenAddress] = []
        for address in listenAddresses {
            let opened = try Listener.open(address, loops: count, inherited: inherited)
            sockets.append(opened.perLoop)
            addresses.append(opened.address)
        }
        self.addresses = addresses
        isInherited = addresses.contains {
            if case .systemd = $0 { return true }
            return false
        }
        let context = ServerContext(
            handler: handler,
            limits: limits,
            clock: clock,
            instruments: instruments,
            tls: tls,
            addresses: AddressBook(limits: limits),
            report: report
        )
        do throws(PosixError) {
            var loops: [EventLoop] = []
            for index in 0..<count { loops.append(try EventLoop(name: "\(name) loop \(index)", context: context)) }
            self.loops = loops
            for (index, loop) in loops.enumerated() { try await loop.listen(to: sockets.map { $0[index] }) }
        } catch {
            throw ListenError(description: "cannot listen: \(error)")
        }
    }

    /// Whether each loop still turns.
    package var pulses: [Pulse] { loops.map(\.pulse) }

    /// Stops accepting, lets requests under way finish, and closes every connection.
    ///
    /// - Parameter span: How long requests may take to finish.
    package func stop(within span: Span) async {
        await withTaskGroup { group in
            for loop in loops { group.addTask { await loop.stop(within: span, handingOver: self.isInherited) } }
        }
        for case .unix(let path) in addresses { try? File.remove(path) }
    }
}
