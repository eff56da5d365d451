package import Crypto

/// A webhook's signing secret, as keys for both schemes.
///
/// Linq's contract: `whsec_` and base64 of 24 to 64 random bytes. For the legacy scheme the key is the UTF-8 text of
/// the secret; whether for a `whsec_` secret the text or the decoded bytes are meant is not documented, so both are tried.
package struct SigningSecret: Sendable {
    let standardKeys: [SecretBytes]
    let legacyKeys: [SecretBytes]
    /// The same keys in the same order, ready for use.
    let standardSigners: [SigningKey]
    let legacySigners: [SigningKey]
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
        let literal = SecretBytes(Array(text.utf8))
        if text.hasPrefix(Self.prefix) {
            guard let bytes = Base64.decode(text.dropFirst(Self.prefix.count)), !bytes.isEmpty else { return nil }
            let key = SecretBytes(bytes)
            standardKeys = [key]
            legacyKeys = [literal, key]
            remark =
                Self.customaryLengths.contains(key.count)
                ? nil : "has a key of \(key.count) bytes; 24 to 64 are customary"
        } else {
            guard literal.count > 0 else { return nil }
            // The Standard Webhooks libraries take a secret without the prefix as base64 too.
            standardKeys = (Base64.decode(text).map { [SecretBytes($0)] } ?? []) + [literal]
            legacyKeys = [literal]
            remark = "does not begin with whsec_, as Linq's secrets do"
        }
        standardSigners = standardKeys.map { SigningKey($0) }
        legacySigners = legacyKeys.map { SigningKey($0) }
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
