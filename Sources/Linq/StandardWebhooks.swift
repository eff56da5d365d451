import Crypto

/// The Standard Webhooks scheme (standardwebhooks.com, specification 1.0): HMAC-SHA256 over `id.timestamp.body`.
package enum StandardWebhooks {
    /// Signs one attempt: the value of `webhook-signature`.
    ///
    /// `id`: the same on every retry of a message.
    ///
    /// `timestamp`: seconds since 1970 of this attempt.
    package static func signature(id: String, timestamp: Int64, body: [UInt8], secret: SigningSecret) -> String {
        secret.standardSigners.first.map { "v1," + Base64.encode($0.code(head(id, String(timestamp)), body)) } ?? ""
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
        let head = head(id, timestamp)
        for secret in secrets {
            for key in secret.standardSigners {
                let expected = key.code(head, body)
                for item in items where Digest.equalInConstantTime(item, expected) { genuine = true }
                if genuine { return true }
            }
        }
        return false
    }

    /// The decoded `v1` items of a header, those of 32 bytes only.
    static func items(of header: String) -> [[UInt8]] {
        let symbols = Array(header.utf8)
        // A space is no separator where a mark follows that makes one character of the two; in ASCII there is none.
        let items =
            symbols.allSatisfy { $0 < 0x80 }
            ? symbols.split(separator: UInt8(ascii: " ")) : header.split(separator: " ").map { Array($0.utf8)[...] }
        return items.compactMap { item in
            guard item.starts(with: version), let code = Base64.decode(item.dropFirst(version.count)) else {
                return nil
            }
            return code.count == Digest.byteCount ? code : nil
        }
    }

    private static let version = Array("v1,".utf8)

    /// What is signed before the body.
    private static func head(_ id: String, _ timestamp: String) -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(id.utf8.count + timestamp.utf8.count + 2)
        head += id.utf8
        head.append(UInt8(ascii: "."))
        head += timestamp.utf8
        head.append(UInt8(ascii: "."))
        return head
    }
}

/// Linq's older scheme: HMAC-SHA256 over `timestamp.body` in lower-case hexadecimal.
///
/// Deprecated, still sent.
package enum LegacySignature {
    /// Signs one attempt: the value of `X-Webhook-Signature`.
    package static func signature(timestamp: Int64, body: [UInt8], secret: SigningSecret) -> String {
        secret.legacySigners.first.map { Hex.encode($0.code(head(String(timestamp)), body)) } ?? ""
    }

    static func isGenuine(timestamp: String, body: [UInt8], signature: [UInt8], secrets: [SigningSecret]) -> Bool {
        let head = head(timestamp)
        return secrets.lazy.flatMap(\.legacySigners).contains { key in
            Digest.equalInConstantTime(signature, key.code(head, body))
        }
    }

    private static func head(_ timestamp: String) -> [UInt8] { Array(timestamp.utf8) + [UInt8(ascii: ".")] }
}
