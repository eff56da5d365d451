import Crypto
import Testing

@testable import Hooks

@Suite struct MailTextTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("a = b", "a =3D b"), ("é", "=C3=A9"), ("→", "=E2=86=92"),
        // Line breaks of all kinds, and spaces that would get lost at the end of a line.
        ("a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd"), ("a \n b\t", "a=20\r\n b=09"), ("\n\n", "\r\n\r\n"),
        // Lines that mean something to SMTP.
        (".", "=2E"), (".\n..\n.a", "=2E\r\n=2E.\r\n=2Ea"), ("QUIT\n", "QUIT\r\n"),
        ("\u{0}\u{1B}[31m", "=00=1B[31m"),
    ])
    func quotedPrintable(text: String, encoded: String) { #expect(MailText.quotedPrintable(text) == encoded) }

    @Test(arguments: [75, 76, 77, 78, 150, 151, 152, 1_000, 5_000], ["x", "é", ".", " ", "="])
    func linesAreShort(count: Int, character: String) {
        let text = String(repeating: character, count: count)
        let encoded = MailText.quotedPrintable(text)
        let lines = encoded.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        #expect(!lines.contains { $0.hasPrefix(".") || $0.hasSuffix(" ") })
        #expect(decoded(encoded) == text)
    }

    /// RFC 2045 section 6.7, backwards.
    private func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                bytes.append(byte)
                continue
            }
            let pair = String(decoding: rest.prefix(2), as: UTF8.self)
            rest = rest.dropFirst(2)
            if pair != "\r\n" { bytes.append(UInt8(pair, radix: 16) ?? 0) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("plain", "plain"), ("two  words\t", "two words"),
        // Nobody writes headers but us.
        ("a\r\nBcc: b@example.com", "a Bcc: b@example.com"), ("a\n\n.\r\n", "a ."), ("a\u{0}\u{7F}b", "a b"),
        // What looks like an encoded word must not become one.
        ("=?utf-8?Q?x?=", "=?utf-8?B?PT91dGYtOD9RP3g/PQ==?="), ("é", "=?utf-8?B?w6k=?="),
        (
            "\(String(repeating: "word ", count: 20))",
            "word word word word word word word word word word word word word\r\n word word word word word word word"
        ),
    ])
    func headerValues(text: String, value: String) { #expect(MailText.headerValue(text, column: 9) == value) }

    @Test(arguments: ["é", "→", "🔴", "xé", "👩‍👩‍👧‍👦", "e\u{301}"])
    func longHeadersAreWholeEncodedWords(character: String) throws {
        let text = String(repeating: character, count: 100)
        let lines = MailText.headerValue(text, column: 9).split(separator: "\r\n")
        #expect(lines.count > 2)
        var joined = ""
        for (index, line) in lines.enumerated() {
            #expect(line.utf8.count + (index == 0 ? 9 : 0) <= 76)
            let word = try #require(line.split(separator: " ").first)
            #expect(word.hasPrefix("=?utf-8?B?") && word.hasSuffix("?=") && word.utf8.count <= 75)
            let bytes = try #require(Base64.decode(word.dropFirst(10).dropLast(2)))
            joined += try #require(String(validating: bytes, as: UTF8.self))
        }
        #expect(joined == text)
    }

    @Test func aWordLongerThanALineIsEncoded() {
        let lines = MailText.headerValue(String(repeating: "x", count: 300), column: 9).split(separator: "\r\n")
        #expect(lines.count > 3 && lines.allSatisfy { $0.utf8.count <= 76 })
    }
}
