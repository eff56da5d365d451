import Crypto
import Testing

@testable import Linq

@Suite struct SigningSecretTests {
    private static let none = "does not begin with whsec_, as Linq's secrets do"

    @Test(
        arguments: [
            (Vector.secret, String?.none),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", nil),
            // 64 bytes, without padding and with it; then 65, 23 and 1.
            ("whsec_" + String(repeating: "A", count: 86), nil),
            ("whsec_" + String(repeating: "A", count: 86) + "==", nil),
            ("whsec_" + String(repeating: "A", count: 87) + "=", "has a key of 65 bytes; 24 to 64 are customary"),
            ("whsec_" + String(repeating: "A", count: 31), "has a key of 23 bytes; 24 to 64 are customary"),
            ("whsec_AA", "has a key of 1 bytes; 24 to 64 are customary"),
            ("plain-secret", none), ("C2FVsBQIhrscChlQIMV+b5sSYspob7oD", none), (" ", none),
            ("WHSEC_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", none), ("whsec-C2FV", none), (" whsec_C2FV", none),
        ] as [(String, String?)]
    )
    func remarks(text: String, remark: String?) {
        let secret = SigningSecret(Secret(text))
        #expect(secret != nil)
        #expect(secret?.remark == remark)
    }

    @Test(arguments: [
        "", "whsec_", "whsec_ ", "whsec_=", "whsec_A", "whsec_not base64!", "whsec_C2FV\n", "whsec_C2FV-_",
    ])
    func refuses(text: String) {
        #expect(SigningSecret(Secret(text)) == nil)
    }

    @Test func keysOfBothSchemes() throws {
        let decoded = try #require(Base64.decode("C2FVsBQIhrscChlQIMV+b5sSYspob7oD"))
        let literal = Array(Vector.secret.utf8)
        let secrets = try signingSecrets([Vector.secret, Vector.plainSecret, "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])
        #expect(bytes(secrets[0].standardKeys) == [decoded])
        #expect(bytes(secrets[0].legacyKeys) == [literal, decoded])
        // A hyphen is not in the alphabet, so this is no base64.
        #expect(bytes(secrets[1].standardKeys) == [Array("plain-secret".utf8)])
        #expect(bytes(secrets[1].legacyKeys) == [Array("plain-secret".utf8)])
        #expect(bytes(secrets[2].standardKeys) == [decoded, Array("C2FVsBQIhrscChlQIMV+b5sSYspob7oD".utf8)])
        #expect(bytes(secrets[2].legacyKeys) == [Array("C2FVsBQIhrscChlQIMV+b5sSYspob7oD".utf8)])
    }

    /// Stored in ledgers: it must not change from one version to the next (python's hmac).
    @Test func fingerprintsAreStable() throws {
        let secrets = try signingSecrets([Vector.secret, Vector.plainSecret])
        #expect(secrets.map(\.fingerprint) == ["1c5654f26286be93", "ec4023c3ead83f69"])
    }

    /// The keys are as secret as the text they come from.
    @Test func neverPrintsItsKeys() throws {
        let secret = try #require(
            try signingSecrets(["whsec_" + Base64.encode(Array(repeating: 201, count: 24))]).first
        )
        var text = "\(secret) \([secret])" + String(reflecting: secret)
        dump([secret], to: &text)
        print(secret, to: &text)
        #expect(!text.contains("201") && !text.contains("whsec_"))
        #expect(text.contains("[secret \(secret.fingerprint)]"))
    }
}

/// Keys as arrays, which can be compared.
private func bytes(_ keys: [SecretBytes]?) -> [[UInt8]]? { keys?.map { $0.withBytes { Array($0) } } }
