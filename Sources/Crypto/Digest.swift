import COpenSSL

/// SHA-256 and HMAC-SHA256 by OpenSSL.
package enum Digest {
    /// Bytes in a SHA-256 digest and in an HMAC-SHA256 code.
    package static let byteCount = 32

    /// HMAC-SHA256 (RFC 2104) of one message; for many with the same key there is `SigningKey`.
    package static func hmac(key: SecretBytes, _ message: [UInt8]) -> [UInt8] {
        SigningKey(key).code([], message)
    }

    /// SHA-256 (FIPS 180-4) of some bytes.
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        make { code in lw_sha256(bytes, bytes.count, code) }
    }

    /// Compares without telling by its duration where the first difference is.
    ///
    /// Different lengths are unequal at once: the length of a digest is no secret.
    package static func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }

    static func make(_ body: (UnsafeMutablePointer<UInt8>?) -> CInt) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            // It fails only when OpenSSL cannot get memory or its provider is broken. An answer without a code would be
            // a forgery waiting to happen, so the process ends here and systemd starts it again.
            precondition(body(buffer.baseAddress) == 1, "OpenSSL cannot compute SHA-256")
            count = byteCount
        }
    }
}
