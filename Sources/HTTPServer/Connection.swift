import HTTPWire
import Posix

/// One accepted connection: a descriptor, what the poller is to tell of it, and the state that says what that is for.
final class Connection {
    /// What the connection waits for after some bytes were moved.
    enum Flow: Equatable {
        /// What was to be done is done, as far as the peer has sent.
        case done
        /// There is no room to write.
        case needsRoom
        /// It is broken, and why; empty for the everyday reasons.
        case broken(String)
    }

    let id: UInt64
    let peer: PeerAddress
    let socket: SharedDescriptor
    let transport: Transport
    var state: ConnectionState
    /// What the poller has been asked to tell of.
    var watched: Poller.Interest = .readable
    /// Whether the last attempt to move bytes found no room to write.
    var needsRoom = false
    /// Who is told that an endless answer has ended.
    var ended: (@Sendable () -> Void)?
    /// When the wheel looks at it next.
    var looksAgain: Steady
    private var written = 0

    init(id: UInt64, peer: PeerAddress, socket: SharedDescriptor, transport: Transport, state: ConnectionState) {
        self.id = id
        self.peer = peer
        self.socket = socket
        self.transport = transport
        self.state = state
        looksAgain = state.deadline
    }

    /// What the poller should tell of now: level-triggered, it would tell at once and again of bytes that nobody takes.
    var interest: Poller.Interest {
        var interest: Poller.Interest = state.wantsBytes ? .readable : []
        if needsRoom { interest.insert(.writable) }
        return interest
    }

    /// Whether TLS may hold bytes that no event will tell of, as they have left the kernel: reading stopped before it said
    /// that there are none.
    private var mayHaveMore = false

    /// Whether to read again without waiting for an event.
    var shouldReadOn: Bool { mayHaveMore && state.wantsBytes }

    /// Makes the TLS handshake, if there is one to be made, and reads what is there, but not for ever: the other
    /// connections of the loop wait.
    func read(into buffer: UnsafeMutableRawBufferPointer, now: Steady) -> Flow {
        if state.stage == .handshaking {
            switch transport.shakeHands() {
            case .moved: state.handshakeFinished(now: now)
            case .needsBytes: return .done
            case .needsRoom: return .needsRoom
            case .closed: return .broken("")
            case .broken(let reason): return .broken(reason)
            }
        }
        mayHaveMore = transport.isEnciphered
        for _ in 0..<4 where state.wantsBytes {
            switch transport.read(socket, into: buffer) {
            case .moved(let count):
                state.receive(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
                // That was all; what comes now the poller tells of. Only TLS may have kept something back.
                if count < buffer.count, !mayHaveMore { return .done }
            case .needsBytes:
                mayHaveMore = false
                return .done
            case .needsRoom: return .needsRoom
            case .closed:
                mayHaveMore = false
                state.peerClosed()
                return .done
            case .broken(let reason): return .broken(reason)
            }
        }
        return .done
    }

    /// Takes an answer, or a part of one, from the handler.
    func take(_ content: Answer.Content, date: String, now: Steady, phase: ServerPhase) {
        switch content {
        case .whole(let response): state.answer(response, date: date, now: now, phase: phase)
        case .more(let bytes): state.push(bytes, now: now)
        case .opening(let response, let ended):
            self.ended = ended
            state.open(response, date: date, now: now)
        }
    }

    /// Writes the output as far as there is room.
    func write() -> Flow {
        while written < state.output.count {
            let outcome = state.output.withUnsafeBytes { bytes in
                transport.write(socket, UnsafeRawBufferPointer(rebasing: bytes[written...]))
            }
            switch outcome {
            case .moved(let count): written += count
            // TLS may have to read before it can write; what arrives wakes the loop anyway.
            case .needsBytes, .needsRoom: return .needsRoom
            case .closed: return .broken("")
            case .broken(let reason): return .broken(reason)
            }
        }
        written = 0
        // A large page (the metrics, a list of lines) is not kept for a connection that idles.
        state.output.removeAll(keepingCapacity: state.output.capacity <= 4_096)
        return .done
    }
}
