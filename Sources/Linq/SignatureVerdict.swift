package import Chrono
import Crypto

/// Which of Linq's two schemes proved a delivery genuine.
package enum SignatureScheme: String, Sendable, Hashable, CaseIterable { case standard, legacy }

/// The signature headers of a delivery, each with all its occurrences.
package struct SignatureHeaders: Sendable, Hashable {
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    package let standard: (id: [String], timestamp: [String], signature: [String])
    /// `X-Webhook-Timestamp`, `X-Webhook-Signature`.
    package let legacy: (timestamp: [String], signature: [String])

    /// Picks them out of a message's headers.
    package init(_ values: (String) -> [String]) {
        standard = (values("webhook-id"), values("webhook-timestamp"), values("webhook-signature"))
        legacy = (values("x-webhook-timestamp"), values("x-webhook-signature"))
    }

    package static func == (left: SignatureHeaders, right: SignatureHeaders) -> Bool {
        left.standard == right.standard && left.legacy == right.legacy
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(standard.id) }
}

/// What the signature headers prove.
package enum SignatureVerdict: Sendable, Hashable {
    /// Made by somebody who knows a secret, just now. The id is `webhook-id`, which only the standard scheme signs.
    case genuine(SignatureScheme, id: String?)
    /// Headers that belong there are absent.
    case missing(String)
    /// Headers are there that cannot be read.
    case malformed(String)
    /// Well formed, but the timestamp is this many seconds off our clock; positive: it lies in the past.
    case stale(seconds: Int64)
    /// Well formed and fresh, but no secret fits.
    case mismatch(SignatureScheme)
}

extension SignatureHeaders {
    /// Judges a delivery.
    ///
    /// When any standard header is there only the standard set decides: an incomplete or failing set is never rescued
    /// by the legacy one, or an attacker could choose the weaker proof.
    ///
    /// `tolerance`: how far the timestamp may be from `now`, in either direction.
    package func judge(
        body: [UInt8],
        secrets: [SigningSecret],
        now: Timestamp,
        tolerance: Span
    ) -> SignatureVerdict {
        if !standard.id.isEmpty || !standard.timestamp.isEmpty || !standard.signature.isEmpty {
            return judgeStandard(body, secrets, now, tolerance)
        }
        return judgeLegacy(body, secrets, now, tolerance)
    }

    private func judgeStandard(
        _ body: [UInt8],
        _ secrets: [SigningSecret],
        _ now: Timestamp,
        _ tolerance: Span
    ) -> SignatureVerdict {
        let named = [
            (name: "webhook-id", values: standard.id), (name: "webhook-timestamp", values: standard.timestamp),
            (name: "webhook-signature", values: standard.signature),
        ]
        if let fault = absenceOrRepetition(named) { return fault }
        let (id, timestamp, signature) = (standard.id[0], standard.timestamp[0], standard.signature[0])
        if id.isEmpty { return .malformed("webhook-id is empty") }
        guard let seconds = unixSeconds(timestamp) else {
            return .malformed("webhook-timestamp is not a number of seconds since 1970")
        }
        let items = StandardWebhooks.items(of: signature)
        if items.isEmpty {
            return .malformed("webhook-signature holds no item of the form v1,BASE64 with a digest of 32 bytes")
        }
        if let off = secondsOff(seconds, now, tolerance) { return .stale(seconds: off) }
        let genuine = StandardWebhooks.isGenuine(
            id: id,
            timestamp: timestamp,
            body: body,
            items: items,
            secrets: secrets
        )
        return genuine ? .genuine(.standard, id: id) : .mismatch(.standard)
    }

    private func judgeLegacy(
        _ body: [UInt8],
        _ secrets: [SigningSecret],
        _ now: Timestamp,
        _ tolerance: Span
    ) -> SignatureVerdict {
        if legacy.timestamp.isEmpty, legacy.signature.isEmpty {
            return .missing(
                "neither webhook-id, webhook-timestamp and webhook-signature nor X-Webhook-Signature is there"
            )
        }
        let named = [
            (name: "X-Webhook-Timestamp", values: legacy.timestamp),
            (name: "X-Webhook-Signature", values: legacy.signature),
        ]
        if let fault = absenceOrRepetition(named) { return fault }
        let (timestamp, signature) = (legacy.timestamp[0], legacy.signature[0])
        guard let seconds = unixSeconds(timestamp) else {
            return .malformed("X-Webhook-Timestamp is not a number of seconds since 1970")
        }
        guard let code = Hex.decode(signature), code.count == Digest.byteCount else {
            return .malformed("X-Webhook-Signature is not 64 hexadecimal digits")
        }
        if let off = secondsOff(seconds, now, tolerance) { return .stale(seconds: off) }
        let genuine = LegacySignature.isGenuine(timestamp: timestamp, body: body, signature: code, secrets: secrets)
        return genuine ? .genuine(.legacy, id: nil) : .mismatch(.legacy)
    }

    private func absenceOrRepetition(_ headers: [(name: String, values: [String])]) -> SignatureVerdict? {
        if headers.allSatisfy({ $0.values.count == 1 }) { return nil }
        let absent = headers.filter(\.values.isEmpty).map(\.name)
        if !absent.isEmpty { return .missing("\(absent.joined(separator: " and ")) missing") }
        guard let repeated = headers.first(where: { $0.values.count > 1 }) else { return nil }
        return .malformed("\(repeated.name) is there \(repeated.values.count) times")
    }

    /// Digits only: what is signed is the text, so no second spelling of a number may pass.
    private func unixSeconds(_ text: String) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }

    private func secondsOff(_ seconds: Int64, _ now: Timestamp, _ tolerance: Span) -> Int64? {
        let off = now.microseconds / 1_000_000 - min(seconds, 1 << 40)
        return abs(off) > tolerance.microseconds / 1_000_000 ? off : nil
    }
}
