import COpenSSL
package import Posix

/// Why a certificate or key cannot be used, in words that say what to do.
package struct TLSError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// What a TLS server shows of itself: its certificate chain and key.
package final class TLSContext: Sendable {
    /// The `SSL_CTX`, as a number: OpenSSL counts its references atomically and lets every thread make sessions from it
    /// (OpenSSL 3.0, "Thread support" in the manual's openssl-threads(7)); nothing here changes it after the start.
    private let address: UInt
    /// What the last call on a session left behind, for messages; OpenSSL's reasons are short.
    static let reasonBytes = 128

    /// Reads a chain and a key from PEM files, the server's own certificate first.
    ///
    /// - Throws: `TLSError` naming the file.
    package init(certificate: String, key: String) throws(TLSError) {
        guard let context = lw_tls_server_context() else { throw TLSError(description: "OpenSSL could not start") }
        address = UInt(bitPattern: context)
        guard SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
            throw Self.fault("\(certificate): no PEM certificate chain can be read from it")
        }
        guard SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 else {
            throw Self.fault("\(key): no PEM private key can be read from it that fits \(certificate)")
        }
        guard SSL_CTX_check_private_key(context) == 1 else {
            throw Self.fault("\(key): the key does not belong to \(certificate)")
        }
    }

    deinit { SSL_CTX_free(OpaquePointer(bitPattern: address)) }

    /// Seconds until the certificate ends; negative when it has ended.
    package var secondsLeft: Int {
        OpaquePointer(bitPattern: address).map { Int(clamping: lw_certificate_seconds_left($0)) } ?? 0
    }

    /// Whether the certificate is for this host: a name, or an address in numbers without brackets.
    package func covers(_ host: String) -> Bool {
        OpaquePointer(bitPattern: address).map { lw_certificate_covers($0, host) == 1 } ?? false
    }

    /// Why the chain does not lead to an authority that this machine trusts, its dates apart; nil when it does.
    package var distrust: String? {
        guard let context = OpaquePointer(bitPattern: address), let reason = lw_certificate_distrust(context) else {
            return nil
        }
        return String(cString: reason)
    }

    /// Begins a session on an accepted connection; nil when memory is short.
    package func makeSession(_ socket: SharedDescriptor) -> TLSSession? {
        guard let context = OpaquePointer(bitPattern: address), let session = SSL_new(context) else { return nil }
        guard SSL_set_fd(session, socket.raw) == 1 else {
            SSL_free(session)
            return nil
        }
        SSL_set_accept_state(session)
        return TLSSession(session, socket: socket)
    }

    private static func fault(_ sentence: String) -> TLSError {
        let reason = tlsReason()
        return TLSError(description: reason.isEmpty ? sentence : "\(sentence) (\(reason))")
    }
}

/// OpenSSL's words for the oldest error of this thread; the rest is dropped.
func tlsReason() -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: TLSContext.reasonBytes) { words in
        guard let base = words.baseAddress else { return "" }
        lw_tls_error(base, words.count)
        return String(cString: base)
    }
}
