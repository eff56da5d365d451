import HTTPWire
import Posix

/// One accepted connection: a descriptor, its event sources, and the state that says what they are for.
final class Connection {
    let id: UInt64
    let peer: PeerAddress
    let socket: SharedDescriptor
    var state: ConnectionState
    var readable: EventSource?
    /// There only while the kernel's buffer is full.
    var writable: EventSource?
    private var written = 0

    init(id: UInt64, peer: PeerAddress, socket: SharedDescriptor, state: ConnectionState) {
        self.id = id
        self.peer = peer
        self.socket = socket
        self.state = state
    }

    /// Reads what is there, but not for ever: the other connections of the loop wait.
    ///
    /// - Throws: When the connection is broken.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(PosixError) {
        for _ in 0..<4 where state.wantsBytes {
            guard let count = try Socket.receive(socket, into: buffer) else { return }
            if count == 0 { return state.peerClosed() }
            state.receive(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
            if count < buffer.count { return }
        }
    }

    /// Writes the output as far as there is room.
    ///
    /// True: all of it is written.
    ///
    /// - Throws: When the connection is broken.
    func write() throws(PosixError) -> Bool {
        while written < state.output.count {
            var count: Int?
            var failure: PosixError?
            state.output.withUnsafeBytes { bytes in
                do throws(PosixError) {
                    count = try Socket.send(socket, UnsafeRawBufferPointer(rebasing: bytes[written...]))
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            guard let count else { return false }
            written += count
        }
        written = 0
        // A large page (the metrics, a list of lines) is not kept for a connection that idles.
        state.output.removeAll(keepingCapacity: state.output.capacity <= 4_096)
        return true
    }
}
