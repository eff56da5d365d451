import Chrono
import Crypto
import Harness
import Linq

/// Headers and a body, judged by the daemon and by a second opinion.
struct Delivery {
    /// By lower-case name.
    var headers: [String: [String]]
    var body: [UInt8]

    /// 2022-04-07T21:39:13Z, the moment of the test vector of the Standard Webhooks libraries.
    static let signedAt: Int64 = 1_649_367_553
    static let tolerance = 300
    static let secretTexts = ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "plain-secret"]
    static let secrets = secretTexts.compactMap { SigningSecret(Secret($0)) }

    func judge(age: Int) -> SignatureVerdict {
        SignatureHeaders { headers[$0] ?? [] }.judge(
            body: body,
            secrets: Self.secrets,
            now: Timestamp(seconds: Self.signedAt) + .seconds(age),
            tolerance: .seconds(Self.tolerance)
        )
    }

    /// Genuine exactly when somebody who knows a secret made it.
    func check(age: Int) {
        let verdict = judge(age: age)
        let standard = ["webhook-id", "webhook-timestamp", "webhook-signature"].map { headers[$0] ?? [] }
        let legacy = ["x-webhook-timestamp", "x-webhook-signature"].map { headers[$0] ?? [] }
        if standard.contains(where: { !$0.isEmpty }) {
            let isGenuine = standard.allSatisfy { $0.count == 1 } && isStandard(standard.map { $0[0] }, age)
            let expected = SignatureVerdict.genuine(.standard, id: standard[0].first)
            claim((verdict == expected) == isGenuine, "\(verdict), but genuine is \(isGenuine)")
            claim(isGenuine || !verdict.isGenuine, "\(verdict), but it is not genuine")
        } else {
            let isGenuine = legacy.allSatisfy { $0.count == 1 } && isLegacy(legacy.map { $0[0] }, age)
            claim((verdict == .genuine(.legacy, id: nil)) == isGenuine, "\(verdict), but genuine is \(isGenuine)")
            claim(isGenuine || !verdict.isGenuine, "\(verdict), but it is not genuine")
        }
    }

    private func isStandard(_ values: [String], _ age: Int) -> Bool {
        guard !values[0].isEmpty, isFresh(values[1], age) else { return false }
        let message = Array("\(values[0]).\(values[1]).".utf8) + body
        let codes = Keys.standard.map { Digest.hmac(key: $0, message) }
        return values[2].split(separator: " ").contains { item in
            guard item.hasPrefix("v1,"), let code = Spelled.base64(Array(item.utf8.dropFirst(3))) else { return false }
            return codes.contains(code)
        }
    }

    private func isLegacy(_ values: [String], _ age: Int) -> Bool {
        guard isFresh(values[0], age), let code = Spelled.hex(Array(values[1].utf8)) else { return false }
        return Keys.legacy.contains { Digest.hmac(key: $0, Array("\(values[0]).".utf8) + body) == code }
    }

    private func isFresh(_ timestamp: String, _ age: Int) -> Bool {
        guard timestamp.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int(timestamp) else {
            return false
        }
        return (Int(Self.signedAt) + age - seconds).magnitude <= UInt(Self.tolerance)
    }
}

/// What the secrets stand for.
private enum Keys {
    static let literals = Delivery.secretTexts.map { SecretBytes(Array($0.utf8)) }
    static let decoded = SecretBytes(
        Base64.decode(Delivery.secretTexts[0].dropFirst("whsec_".count)) ?? []
    )
    static let standard = [decoded, literals[1]]
    static let legacy = [literals[0], decoded, literals[1]]
}

extension SignatureVerdict {
    var isGenuine: Bool {
        guard case .genuine = self else { return false }
        return true
    }
}
