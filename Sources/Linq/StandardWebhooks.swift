import Crypto

/// The Standard Webhooks scheme (standardwebhooks.com, specification 1.0): HMAC-SHA256 over `id.timestamp.body`.
package enum StandardWebhooks {
    /// Signs one attempt: the value of `webhook-signature`.
    ///
    /// `id`: the same on every retry of a message.
    ///
    /// `timestamp`: seconds since 1970 of this attempt.
    package static func signature(id: String, timestamp: Int64, body: [UInt8], secret: SigningSecret) -> String {
        secret.standardKeys.first.map { "v1," + Base64.encode(code(id, String(timestamp), body, $0)) } ?? ""
    }

    /// Whether any `v1` item of a `webhook-signature` header was made with one of the keys.
    ///
    /// Items of other versions and malformed ones are skipped: the sender may add schemes we do not know.
    static func isGenuine(
        id: String,
        timestamp: String,
        body: [UInt8],
        items: [[UInt8]],
        secrets: [SigningSecret]
    ) -> Bool {
        var genuine = false
        for key in secrets.lazy.flatMap(\.standardKeys) {
            let expected = code(id, timestamp, body, key)
            for item in items where Digest.equalInConstantTime(item, expected) { genuine = true }
            if genuine { return true }
        }
        return false
    }

    /// The decoded `v1` items of a header, those of 32 bytes only.
    static func items(of header: String) -> [[UInt8]] {
        header.split(separator: " ").compactMap { item in
            guard item.hasPrefix("v1,"), let code = Base64.decode(item.dropFirst(3)) else { return nil }
            return code.count == Digest.byteCount ? code : nil
        }
    }

    private static func code(_ id: String, _ timestamp: String, _ body: [UInt8], _ key: SecretBytes) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(id.utf8.count + timestamp.utf8.count + body.count + 2)
        message += id.utf8
        message.append(UInt8(ascii: "."))
        message += timestamp.utf8
        message.append(UInt8(ascii: "."))
        message += body
        return Digest.hmac(key: key, message)
    }
}

/// Linq's older scheme: HMAC-SHA256 over `timestamp.body` in lower-case hexadecimal.
///
/// Deprecated, still sent.
package enum LegacySignature {
    /// Signs one attempt: the value of `X-Webhook-Signature`.
    package static func signature(timestamp: Int64, body: [UInt8], secret: SigningSecret) -> String {
        secret.legacyKeys.first.map { Hex.encode(code(String(timestamp), body, $0)) } ?? ""
    }

    static func isGenuine(timestamp: String, body: [UInt8], signature: [UInt8], secrets: [SigningSecret]) -> Bool {
        secrets.lazy.flatMap(\.legacyKeys).contains { key in
            Digest.equalInConstantTime(signature, code(timestamp, body, key))
        }
    }

    private static func code(_ timestamp: String, _ body: [UInt8], _ key: SecretBytes) -> [UInt8] {
        Digest.hmac(key: key, Array(timestamp.utf8) + [UInt8(ascii: ".")] + body)
    }
}
