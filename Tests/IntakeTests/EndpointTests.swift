import Testing

@testable import Intake

@Suite struct EndpointTests {
    @Test func theFirstVerifiedDeliveryIsNotedOnce() throws {
        let endpoint = try endpoint(hasVerified: false)
        #expect(!endpoint.hasVerified)
        #expect(endpoint.noteVerified())
        #expect(endpoint.hasVerified)
        #expect(!endpoint.noteVerified())
    }

    @Test func whatVerifiedInAnEarlierRunIsNoNews() throws {
        let endpoint = try endpoint(hasVerified: true)
        #expect(endpoint.hasVerified)
        #expect(!endpoint.noteVerified())
    }

    @Test func manyTasksNoteItOnce() async throws {
        let endpoint = try endpoint(hasVerified: false)
        let first = await withTaskGroup { group in
            for _ in 0..<64 { group.addTask { endpoint.noteVerified() } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(first == 1)
    }

    /// Other secrets, another fingerprint: trust in the old ones says nothing of them.
    @Test func fingerprintNamesTheSetOfSecrets() throws {
        let (one, other) = ([secretText, otherSecretText], [otherSecretText, secretText])
        #expect(try endpoint(secrets: one).fingerprint == endpoint(secrets: other).fingerprint)
        #expect(try endpoint(secrets: one).fingerprint != endpoint().fingerprint)
        #expect(try endpoint().fingerprint == "1c5654f26286be93")
        #expect(try endpoint(secrets: []).fingerprint == "")
    }
}
