import Chrono
package import Crypto
import HTTPClient
import JSON
package import Linq

/// Reads `linq`.
struct LinqReading {
    let object: ObjectReader
    let secrets: SecretSource

    /// Keys that mean something with API V3 only.
    private static let ofV3 = ["audit", "webhook_url", "keep_subscription_active"]

    /// Nil after a report of what is wrong; all keys are read whatever is wrong with others.
    func read() -> LinqSettings? {
        let version = object.choice("api", default: PartnerAccess.Version.v3)
        let access = access(version)
        let reconcileEvery = object.span("reconcile_every", in: .seconds(1) ... .hours(24), default: .minutes(5))
        let audits = object.bool("audit", default: true)
        let webhookURL = object.optional("webhook_url").flatMap(webhookURL)
        let keepsActive = object.bool("keep_subscription_active", default: false)
        if keepsActive, object.optional("webhook_url") == nil {
            object.fail("keep_subscription_active", "needs webhook_url, which tells the subscription that is meant")
        }
        let pauseGrace = object.span("pause_grace", in: .zero ... .hours(1), default: .seconds(60))
        if version == .v2 {
            for key in Self.ofV3 where object.optional(key) != nil {
                object.warn(key, "has no effect: API V2 knows lines and forwarding only")
            }
        }
        guard let access else { return nil }
        return LinqSettings(
            access: access,
            reconcileEvery: reconcileEvery,
            audits: audits && version == .v3,
            webhookURL: webhookURL,
            keepsSubscriptionActive: keepsActive,
            pauseGrace: pauseGrace
        )
    }

    /// The key and the address; each may come from the variables that the vendor's SDKs read, which are V3's.
    private func access(_ version: PartnerAccess.Version) -> PartnerAccess? {
        let reader = object.optional("api_key")
        let key = reader == nil ? surroundingKey(version) : reader.flatMap { secrets.secret($0) }
        if reader == nil, key == nil {
            let way =
                version == .v3 ? "; give it here or in the environment variable \(PartnerAccess.keyVariable)" : ""
            object.fail("api_key", "is missing\(way)")
        }
        let address = object.optional("base_url")
        let written = address?.string()
        do throws(BadBaseURL) {
            // Checked without a key too: all that is wrong is told at once.
            let baseURL = try PartnerAccess.baseURL(version, written: written, secrets)
            guard let key, address == nil || written != nil else { return nil }
            return try PartnerAccess(version: version, baseURL: baseURL, key: key)
        } catch {
            let place = address == nil ? "\(PartnerAccess.baseURLVariable) of the environment " : ""
            object.fail("base_url", place + error.reason)
            return nil
        }
    }

    private func surroundingKey(_ version: PartnerAccess.Version) -> Secret? {
        version == .v3 ? PartnerAccess.surroundingKey(secrets) : nil
    }

    private func webhookURL(_ reader: ValueReader) -> String? {
        guard let text = reader.string() else { return nil }
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.contains("#")
        guard isPlain, let address = try? WebAddress(text), address.scheme == "https" else {
            reader.fail("must be an https URL such as \"https://hooks.example.com/webhooks/linq\"")
            return nil
        }
        return text
    }
}

/// What the vendor's SDKs take from the environment.
extension PartnerAccess {
    package static let keyVariable = "LINQ_API_V3_API_KEY"
    package static let baseURLVariable = "LINQ_API_V3_BASE_URL"

    /// The access that the environment alone gives to V3; nil when it holds no key.
    package static func surrounding(_ secrets: SecretSource) throws(BadBaseURL) -> PartnerAccess? {
        guard let key = surroundingKey(secrets) else { return nil }
        return try PartnerAccess(version: .v3, baseURL: try baseURL(.v3, written: nil, secrets), key: key)
    }

    fileprivate static func surroundingKey(_ secrets: SecretSource) -> Secret? {
        secrets.environment(keyVariable).flatMap { $0.isEmpty ? nil : Secret($0) }
    }

    fileprivate static func baseURL(
        _ version: Version,
        written: String?,
        _ secrets: SecretSource
    ) throws(BadBaseURL) -> String {
        let variable = version == .v3 ? secrets.environment(baseURLVariable) : nil
        return try checked(written ?? variable.flatMap { $0.isEmpty ? nil : $0 } ?? version.vendorBaseURL)
    }
}
