import Chrono
import Crypto
import Testing

@testable import Linq

/// The test vector of the Standard Webhooks libraries, and codes of the same message made with python's hmac.
enum Vector {
    static let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    static let otherSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let plainSecret = "plain-secret"
    static let id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"
    static let seconds: Int64 = 1_649_367_553
    static let timestamp = "1649367553"
    static let body = Array(#"{"email":"test@example.com","username":"test_user"}"#.utf8)

    static let standard = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
    static let otherStandard = "v1,bmED0YkXIwCHhhZjbHn8qMCbczjpYwHGju/WMUmDqOQ="
    static let plainStandard = "v1,gejBzLeU+A33XnOXjeTElPBpuA56kdyIj+nwez9Lca4="

    /// The key is the text of the secret.
    static let legacy = "996637d7f89ef8f7b59f7faaf5341457472e823d8ca666d16b7bbd1dc831721d"
    /// The key is what the base64 in the secret stands for.
    static let legacyDecoded = "eb70928360506878ca31e5efad1cfb93500fea3a18186f0202024e2429fa23f5"
    static let otherLegacy = "a813e3816770fde5be712f2463e41351cdcbad81004d95e9d6ca8b4cdad1e822"
    static let plainLegacy = "debdcfeaada5c6b2168de168d53573920d32baffeaf383e256d00d7fbf7797ae"

    /// The headers of a genuine delivery; a scheme is left out by name.
    static func headers(
        standard: String? = Vector.standard,
        legacy: String? = Vector.legacy,
        timestamp: String = Vector.timestamp
    ) -> Headers {
        var headers: Headers = [:]
        if let standard {
            headers["webhook-id"] = [id]
            headers["webhook-timestamp"] = [timestamp]
            headers["webhook-signature"] = [standard]
        }
        if let legacy {
            headers["x-webhook-timestamp"] = [timestamp]
            headers["x-webhook-signature"] = [legacy]
        }
        return headers
    }
}

/// Header values by lower-case name.
typealias Headers = [String: [String]]

func signingSecrets(_ texts: [String]) throws -> [SigningSecret] {
    try texts.map { try #require(SigningSecret(Secret($0))) }
}

/// Judges the vector's body at a moment counted from the vector's timestamp.
func judge(
    _ headers: Headers,
    secrets: [String] = [Vector.secret],
    after: Span = .zero,
    tolerance: Span = .minutes(5),
    body: [UInt8] = Vector.body
) throws -> SignatureVerdict {
    SignatureHeaders { headers[$0] ?? [] }.judge(
        body: body,
        secrets: try signingSecrets(secrets),
        now: Timestamp(seconds: Vector.seconds) + after,
        tolerance: tolerance
    )
}
