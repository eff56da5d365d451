import Crypto
import Posix

/// How a connection's bytes travel: as they are, or under TLS.
enum Transport {
    case plain
    case tls(TLSSession)

    /// How the bytes of an accepted connection travel; nil when memory is short.
    init?(_ socket: SharedDescriptor, _ peer: PeerAddress, _ certificate: TLSCertificate?) {
        guard let certificate, peer.isInternet else {
            self = .plain
            return
        }
        guard let session = certificate.current.makeSession(socket) else { return nil }
        self = .tls(session)
    }

    var isEnciphered: Bool {
        if case .tls = self { return true }
        return false
    }

    /// How an attempt to move bytes ended.
    enum Outcome: Equatable {
        case moved(Int)
        /// Nothing more before something arrives.
        case needsBytes
        /// Nothing more before there is room to write.
        case needsRoom
        /// The peer sends nothing more.
        case closed
        /// The connection is broken, and why; empty for the everyday reasons.
        case broken(String)
    }

    /// Reads what has arrived.
    func read(_ socket: SharedDescriptor, into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        switch self {
        case .plain:
            do throws(PosixError) {
                guard let count = try Socket.receive(socket, into: buffer) else { return .needsBytes }
                return count == 0 ? .closed : .moved(count)
            } catch {
                return .broken("")
            }
        case .tls(let session): return outcome(session.read(into: buffer))
        }
    }

    /// Writes as much as there is room for.
    func write(_ socket: SharedDescriptor, _ bytes: UnsafeRawBufferPointer) -> Outcome {
        switch self {
        case .plain:
            do throws(PosixError) {
                return try Socket.send(socket, bytes).map { .moved($0) } ?? .needsRoom
            } catch {
                return .broken("")
            }
        case .tls(let session): return outcome(session.write(bytes))
        }
    }

    /// Goes on with the TLS handshake; `moved` when there is none to be made, or it is finished.
    func shakeHands() -> Outcome {
        switch self {
        case .plain: .moved(0)
        case .tls(let session): session.isEstablished ? .moved(0) : outcome(session.shakeHands())
        }
    }

    /// Ends TLS in order, so that the peer knows that nothing was cut off.
    func sayGoodbye() {
        if case .tls(let session) = self { session.sayGoodbye() }
    }

    /// Tells the peer that nothing more will be sent.
    func finishWriting(_ socket: SharedDescriptor) {
        sayGoodbye()
        Socket.finishWriting(socket)
    }

    private func outcome(_ step: TLSSession.Step) -> Outcome {
        switch step {
        case .moved(let count): .moved(count)
        case .needsBytes: .needsBytes
        case .needsRoom: .needsRoom
        case .closed: .closed
        case .failed(let reason): .broken(reason)
        }
    }
}
