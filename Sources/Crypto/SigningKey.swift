import COpenSSL

/// A key of HMAC-SHA256 (RFC 2104), prepared once for many messages.
///
/// Looking the algorithm up and taking the key in costs more than the digest of a webhook's body. Both are done here;
/// a code then starts from a copy. What is kept is only read, so every thread may use one key at the same time.
package final class SigningKey: Sendable {
    /// Where the digests are that have taken the key, as numbers: written once here, only read afterwards.
    private let inner: UInt
    private let outer: UInt

    package init(_ key: SecretBytes) {
        (inner, outer) = key.withBytes { bytes in
            (
                UInt(bitPattern: lw_hmac_begin(bytes.baseAddress, bytes.count, 0x36)),
                UInt(bitPattern: lw_hmac_begin(bytes.baseAddress, bytes.count, 0x5C))
            )
        }
    }

    deinit {
        // OpenSSL overwrites a digest's state before it frees it.
        EVP_MD_CTX_free(OpaquePointer(bitPattern: inner))
        EVP_MD_CTX_free(OpaquePointer(bitPattern: outer))
    }

    /// The code of a message that lies in two places, `head` before `body`.
    package func code(_ head: [UInt8], _ body: [UInt8]) -> [UInt8] {
        withExtendedLifetime(self) {
            Digest.make { code in
                guard let inner = OpaquePointer(bitPattern: inner), let outer = OpaquePointer(bitPattern: outer) else {
                    return 0
                }
                return lw_hmac_end(inner, outer, head, head.count, body, body.count, code)
            }
        }
    }
}
