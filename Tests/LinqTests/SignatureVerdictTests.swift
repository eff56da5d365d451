import Chrono
import Testing

@testable import Linq

@Suite struct SignatureVerdictTests {
    private static let genuine = SignatureVerdict.genuine(.standard, id: Vector.id)
    private static let other = "v1,bmED0YkXIwCHhhZjbHn8qMCbczjpYwHGju/WMUmDqOQ="
    private static let asymmetric =
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="

    /// Any `v1` item that fits is enough; what cannot be understood is skipped.
    @Test(
        arguments: [
            (Vector.standard, genuine), ("\(other) \(Vector.standard)", genuine),
            ("\(Vector.standard) \(other)", genuine),
            ("\(asymmetric) \(Vector.standard)", genuine), ("v1,???? v1 , v1,AAAA \(Vector.standard)", genuine),
            ("v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw", genuine),
            (other, .mismatch(.standard)), ("\(asymmetric) \(other)", .mismatch(.standard)),
            ("\(other) \(other)", .mismatch(.standard)),
            // Right, but said to be of another version.
            ("v1a,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw= \(other)", .mismatch(.standard)),
        ] as [(String, SignatureVerdict)]
    )
    func rotation(signature: String, verdict: SignatureVerdict) throws {
        #expect(try judge(Vector.headers(standard: signature)) == verdict)
    }

    @Test(
        arguments: [
            ([Vector.secret], genuine), ([Vector.otherSecret, Vector.secret], genuine),
            ([Vector.secret, Vector.otherSecret], genuine),
            ([Vector.plainSecret, Vector.otherSecret], .mismatch(.standard)),
            // The libraries take the base64 without its prefix as well.
            (["C2FVsBQIhrscChlQIMV+b5sSYspob7oD"], genuine), ([], .mismatch(.standard)),
        ] as [([String], SignatureVerdict)]
    )
    func secretsInTurn(secrets: [String], verdict: SignatureVerdict) throws {
        #expect(try judge(Vector.headers(), secrets: secrets) == verdict)
    }

    @Test func aPlainSecretIsItsOwnKey() throws {
        let headers = Vector.headers(standard: Vector.plainStandard)
        #expect(try judge(headers, secrets: [Vector.plainSecret]) == Self.genuine)
    }

    /// For a `whsec_` secret it is not documented which key the legacy scheme means: both are taken.
    @Test(arguments: [
        (Vector.secret, Vector.legacy, true), (Vector.secret, Vector.legacyDecoded, true),
        (Vector.secret, Vector.legacy.uppercased(), true), (Vector.secret, Vector.otherLegacy, false),
        (Vector.plainSecret, Vector.plainLegacy, true), (Vector.plainSecret, Vector.legacy, false),
        // Without the prefix the text alone is the key.
        ("C2FVsBQIhrscChlQIMV+b5sSYspob7oD", Vector.legacyDecoded, false),
        (
            "c2VjcmV0IGtleSBvZiB0d2VudHkgZm91cg==",
            "c7acb4de2f82ec07e8b2b3ebb0fb47abc1d1a9859079c5a4647987611301ac85", true
        ),
    ])
    func legacyKeys(secret: String, signature: String, isGenuine: Bool) throws {
        let verdict = try judge(Vector.headers(standard: nil, legacy: signature), secrets: [secret])
        #expect(verdict == (isGenuine ? .genuine(.legacy, id: nil) : .mismatch(.legacy)))
    }

    /// Which headers are left out, and the word about it.
    ///
    /// The legacy set is there and good: it never rescues.
    @Test(arguments: [
        (["webhook-id"], "webhook-id missing"),
        (["webhook-timestamp"], "webhook-timestamp missing"),
        (["webhook-signature"], "webhook-signature missing"),
        (["webhook-id", "webhook-timestamp"], "webhook-id and webhook-timestamp missing"),
        (["webhook-id", "webhook-signature"], "webhook-id and webhook-signature missing"),
        (["webhook-timestamp", "webhook-signature"], "webhook-timestamp and webhook-signature missing"),
    ])
    func incompleteStandardSet(names: [String], detail: String) throws {
        var headers = Vector.headers()
        for name in names { headers[name] = nil }
        #expect(try judge(headers) == .missing(detail))
    }

    @Test(arguments: [
        (
            ["x-webhook-timestamp", "x-webhook-signature"],
            "neither webhook-id, webhook-timestamp and webhook-signature nor X-Webhook-Signature is there"
        ),
        (["x-webhook-timestamp"], "X-Webhook-Timestamp missing"),
        (["x-webhook-signature"], "X-Webhook-Signature missing"),
    ])
    func incompleteLegacySet(names: [String], detail: String) throws {
        var headers = Vector.headers(standard: nil)
        for name in names { headers[name] = nil }
        #expect(try judge(headers) == .missing(detail))
    }

    /// A repeated header has no one value: a proxy before us may have looked at the other one.
    @Test(arguments: [
        ("webhook-id", "webhook-id is there 2 times"), ("webhook-timestamp", "webhook-timestamp is there 2 times"),
        ("webhook-signature", "webhook-signature is there 2 times"),
    ])
    func repeatedHeaders(name: String, detail: String) throws {
        var headers = Vector.headers()
        headers[name] = (headers[name] ?? []) + (headers[name] ?? [])
        #expect(try judge(headers) == .malformed(detail))
    }

    @Test(arguments: [
        ("x-webhook-timestamp", "X-Webhook-Timestamp is there 3 times"),
        ("x-webhook-signature", "X-Webhook-Signature is there 3 times"),
    ])
    func repeatedLegacyHeaders(name: String, detail: String) throws {
        var headers = Vector.headers(standard: nil)
        headers[name] = (0..<3).flatMap { _ in headers[name] ?? [] }
        #expect(try judge(headers) == .malformed(detail))
    }

    @Test(arguments: [
        "", " ", "now", "-1649367553", "+1649367553", "1649367553.0", "1649367553 ", " 1649367553", "0x624f5a01",
        "1,649,367,553", "１６４９３６７５５３", "99999999999999999999", "9223372036854775808", "1649367553\0", "2022-04-07",
    ])
    func malformedTimestamp(text: String) throws {
        #expect(
            try judge(Vector.headers(timestamp: text))
                == .malformed("webhook-timestamp is not a number of seconds since 1970")
        )
        #expect(
            try judge(Vector.headers(standard: nil, timestamp: text))
                == .malformed("X-Webhook-Timestamp is not a number of seconds since 1970")
        )
    }

    @Test func malformedStandardSet() throws {
        var headers = Vector.headers()
        headers["webhook-id"] = [""]
        #expect(try judge(headers) == .malformed("webhook-id is empty"))
        for signature in ["", "v1,", "v1,AAAA", Self.asymmetric, "sha256=\(Vector.legacy)"] {
            #expect(
                try judge(Vector.headers(standard: signature))
                    == .malformed("webhook-signature holds no item of the form v1,BASE64 with a digest of 32 bytes")
            )
        }
    }

    @Test(arguments: [
        "", "zz", String(Vector.legacy.dropLast()), Vector.legacy + "00", "sha256=" + Vector.legacy,
        " " + Vector.legacy,
        String(repeating: "g", count: 64), "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ])
    func malformedLegacySignature(signature: String) throws {
        let verdict = try judge(Vector.headers(standard: nil, legacy: signature))
        #expect(verdict == .malformed("X-Webhook-Signature is not 64 hexadecimal digits"))
    }

    /// How far our clock is beyond the timestamp, the tolerance, and by how much it is too far; nil: not at all.
    @Test(
        arguments: [
            (Span.zero, Span.minutes(5), Int64?.none), (.seconds(300), .minutes(5), nil),
            (.seconds(-300), .minutes(5), nil),
            (.seconds(301), .minutes(5), 301), (.seconds(-301), .minutes(5), -301),
            // Seconds are what is signed: a fraction more does not count.
            (.seconds(300) + .milliseconds(999), .minutes(5), nil),
            (.seconds(-301) + .milliseconds(1), .minutes(5), -301),
            (.seconds(1), .seconds(1), nil), (.seconds(2), .seconds(1), 2), (.seconds(-2), .seconds(1), -2),
            (.days(365), .minutes(5), 31_536_000), (.days(365), .days(365), nil),
        ] as [(Span, Span, Int64?)]
    )
    func freshness(after: Span, tolerance: Span, off: Int64?) throws {
        let standard = try judge(Vector.headers(), after: after, tolerance: tolerance)
        #expect(standard == (off.map { .stale(seconds: $0) } ?? Self.genuine))
        let legacy = try judge(Vector.headers(standard: nil), after: after, tolerance: tolerance)
        #expect(legacy == (off.map { .stale(seconds: $0) } ?? .genuine(.legacy, id: nil)))
    }

    @Test func aTimestampAtTheEndOfTimeIsOnlyStale() throws {
        for text in ["9223372036854775807", "0", "00000000000000000000000000000000"] {
            let verdict = try judge(Vector.headers(timestamp: text))
            if case .stale = verdict { continue }
            Issue.record("\(text): \(verdict)")
        }
    }

    /// Staleness is told before a mismatch, so that a wrong clock is found whatever else is wrong.
    @Test func stalenessComesFirst() throws {
        let late = try judge(Vector.headers(standard: Self.other), after: .seconds(400))
        #expect(late == .stale(seconds: 400))
    }

    /// What is signed is the text of the timestamp: another spelling of the same moment was not signed.
    @Test func theTextOfTheTimestampIsSigned() throws {
        let verdict = try judge(Vector.headers(timestamp: "01649367553"))
        #expect(verdict == .mismatch(.standard))
    }

    @Test func everyPartIsSigned() throws {
        var headers = Vector.headers()
        headers["webhook-id"] = ["msg_other"]
        #expect(try judge(headers) == .mismatch(.standard))
        #expect(try judge(Vector.headers(timestamp: "1649367554")) == .mismatch(.standard))
        #expect(try judge(Vector.headers(), body: Vector.body + [0x0A]) == .mismatch(.standard))
        #expect(try judge(Vector.headers(standard: nil, timestamp: "1649367554")) == .mismatch(.legacy))
        #expect(try judge(Vector.headers(standard: nil), body: Vector.body + [0x0A]) == .mismatch(.legacy))
    }

    /// A failing standard set with a good legacy set beside it: an attacker must not choose the weaker proof.
    @Test func noDowngrade() throws {
        #expect(try judge(Vector.headers(standard: Self.other)) == .mismatch(.standard))
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            var headers = Vector.headers(standard: nil)
            headers[name] = [""]
            guard case .missing = try judge(headers) else {
                Issue.record("an empty \(name) was rescued by the legacy set")
                continue
            }
        }
        var stale = Vector.headers()
        stale["webhook-timestamp"] = ["1649367000"]
        #expect(try judge(stale) == .stale(seconds: 553))
    }

    @Test func theLegacySetAloneDecides() throws {
        #expect(try judge(Vector.headers(standard: nil)) == .genuine(.legacy, id: nil))
        // A good standard set needs no legacy set, and does not look at it.
        #expect(try judge(Vector.headers(legacy: nil)) == Self.genuine)
        #expect(try judge(Vector.headers(legacy: Vector.otherLegacy)) == Self.genuine)
    }

    @Test func headersAreAskedForInLowerCase() {
        var asked: [String] = []
        let headers = SignatureHeaders { name in
            asked.append(name)
            return [name]
        }
        #expect(Set(asked) == Set(Vector.headers().keys))
        #expect(headers == SignatureHeaders { [$0] })
        #expect(headers.hashValue == SignatureHeaders { [$0] }.hashValue)
        #expect(headers != SignatureHeaders { _ in [] })
    }
}
