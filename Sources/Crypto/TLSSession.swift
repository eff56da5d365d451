import COpenSSL
import Posix

/// One TLS connection of a server, on a socket that never blocks.
///
/// It belongs to the event loop of its connection.
package final class TLSSession {
    /// How a step ended.
    package enum Step {
        /// So many bytes were moved; 0: the handshake has finished.
        case moved(Int)
        /// Nothing can be done before there is something to read.
        case needsBytes
        /// Nothing can be done before there is room to write.
        case needsRoom
        /// The peer has said that it sends nothing more.
        case closed
        /// It is broken; why.
        case failed(String)
    }

    private let handle: OpaquePointer
    private let socket: SharedDescriptor

    init(_ handle: OpaquePointer, socket: SharedDescriptor) {
        self.handle = handle
        self.socket = socket
    }

    deinit { SSL_free(handle) }

    /// Whether the handshake has finished.
    package var isEstablished: Bool { SSL_is_init_finished(handle) == 1 }

    /// Goes on with the handshake.
    package func shakeHands() -> Step { step { SSL_do_handshake($0) } }

    /// Reads what has arrived and been deciphered.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Step {
        step { SSL_read($0, buffer.baseAddress, CInt(clamping: buffer.count)) }
    }

    /// Enciphers and writes as much as there is room for.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Step {
        step { SSL_write($0, bytes.baseAddress, CInt(clamping: bytes.count)) }
    }

    /// Says that nothing more will be sent (close_notify, RFC 8446, section 6.1).
    ///
    /// Not waited for.
    package func sayGoodbye() {
        if isEstablished { SSL_shutdown(handle) }
        ERR_clear_error()
    }

    private func step(_ body: (OpaquePointer) -> CInt) -> Step {
        // The queue belongs to the thread: an error that another connection left there would be taken for ours.
        ERR_clear_error()
        let result = body(handle)
        if result > 0 { return .moved(Int(result)) }
        switch SSL_get_error(handle, result) {
        case SSL_ERROR_WANT_READ: return .needsBytes
        case SSL_ERROR_WANT_WRITE: return .needsRoom
        case SSL_ERROR_ZERO_RETURN: return .closed
        default:
            let reason = tlsReason()
            return .failed(reason.isEmpty ? "the connection broke off" : reason)
        }
    }
}
