import Chrono
import Crypto
import Testing

@testable import Linq

@Suite struct StandardWebhooksTests {
    @Test(arguments: [
        (Vector.secret, Vector.standard, Vector.legacy),
        (Vector.otherSecret, Vector.otherStandard, Vector.otherLegacy),
        (Vector.plainSecret, Vector.plainStandard, Vector.plainLegacy),
    ])
    func signs(secret: String, standard: String, legacy: String) throws {
        let secret = try #require(try signingSecrets([secret]).first)
        let (id, seconds, body) = (Vector.id, Vector.seconds, Vector.body)
        #expect(StandardWebhooks.signature(id: id, timestamp: seconds, body: body, secret: secret) == standard)
        #expect(LegacySignature.signature(timestamp: seconds, body: body, secret: secret) == legacy)
    }

    /// Bodies are bytes: empty ones and those that are no text are signed as they are (python's hmac).
    @Test(arguments: [
        (
            [UInt8](), "v1,6cbczhS31q83Zdm/V683g4djRU169SlQvXyea0gV7vo=",
            "36475b07f91bc308571d15094772d1ba853d376f5bfd2df97d2c91c28cfe4bc6"
        ),
        (
            Array(0...255), "v1,Dj/X7RQDAZ2NDy0SGYW1cy6zWpWlY9X3VfVGRBiK7J0=",
            "0eb0bd4ee34af373cce8d731e8fcb0ce65eb514c66e32ff44de76141eac568d6"
        ),
    ])
    func signsBytes(body: [UInt8], standard: String, legacy: String) throws {
        #expect(try judge(Vector.headers(standard: standard), body: body) == .genuine(.standard, id: Vector.id))
        #expect(try judge(Vector.headers(standard: nil, legacy: legacy), body: body) == .genuine(.legacy, id: nil))
    }

    /// How many items of a header can be looked at.
    @Test(
        arguments: [
            (Vector.standard, 1), ("\(Vector.standard) \(Vector.otherStandard)", 2), ("  \(Vector.standard)  ", 1),
            ("v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==", 0),
            ("", 0), (" ", 0), ("v1", 0), ("v1,", 0), (",", 0), ("v1,AAAA", 0), ("v1,not base64", 0),
            ("V1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=", 0), ("tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=", 0),
            ("v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw", 1),
            ("v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=,x", 0),
            ("v1=tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=", 0), ("v2,x v1,y \(Vector.standard) v1", 1),
            ("\(Vector.standard),\(Vector.otherStandard)", 0), ("\(Vector.standard)\t\(Vector.otherStandard)", 0),
        ] as [(String, Int)]
    )
    func items(header: String, count: Int) {
        #expect(StandardWebhooks.items(of: header).count == count)
    }

    /// What is not ASCII is in no code; beside one it hides it only where a mark takes the space for itself.
    @Test(
        arguments: [
            ("\(Vector.standard) \u{E9}", 1), ("\u{E9} \(Vector.standard)", 1), ("\(Vector.standard)\u{E9}", 0),
            ("\(Vector.standard) \u{301}", 0), ("v1,\u{FF21} \(Vector.standard)", 1),
        ] as [(String, Int)]
    )
    func itemsBesideOtherCharacters(header: String, count: Int) {
        #expect(StandardWebhooks.items(of: header).count == count)
    }
}
