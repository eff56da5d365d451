package import Crypto

/// A webhook's signing secret, as keys for both schemes.
///
/// Linq's contract: `whsec_` and base64 of 24 to 64 random bytes. For the legacy scheme the key is the UTF-8 text of
/// the secret; whether for a `whsec_` secret the text or the decoded bytes are meant is not documented, so both are tried.
package struct SigningSecret: Sendable {
    let standardKeys: [[UInt8]]
    let legacyKeys: [[UInt8]]
    /// Tells secrets apart without giving anything of them away: stored beside the ledger's facts.
    package let fingerprint: String
    /// What is odd about the secret, if anything, in words.
    package let remark: String?

    private static let prefix = "whsec_"
    /// Key lengths in bytes that the Standard Webhooks specification asks for.
    private static let customaryLengths = 24...64

    /// Nil for an empty text, or `whsec_` with something behind it that is not base64.
    package init?(_ secret: Secret) {
        let text = secret.exposed
        let literal = Array(text.utf8)
        if text.hasPrefix(Self.prefix) {
            guard let key = Base64.decode(text.dropFirst(Self.prefix.count)), !key.isEmpty else { return nil }
            standardKeys = [key]
            legacyKeys = [literal, key]
            remark =
                Self.customaryLengths.contains(key.count)
                ? nil : "has a key of \(key.count) bytes; 24 to 64 are customary"
        } else {
            guard !literal.isEmpty else { return nil }
            // The Standard Webhooks libraries take a secret without the prefix as base64 too.
            standardKeys = (Base64.decode(text).map { [$0] } ?? []) + [literal]
            legacyKeys = [literal]
            remark = "does not begin with whsec_, as Linq's secrets do"
        }
        fingerprint = Hex.encode(
            Array(Digest.hmac(key: literal, Array("linewarden secret fingerprint".utf8)).prefix(8))
        )
    }
}

/// Shows the fingerprint, never a key.
extension SigningSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[secret \(fingerprint)]" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
