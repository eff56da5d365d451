import Testing

@testable import HTTPWire

@Suite("ByteSet holds what its RFC lists")
struct ByteSetTests {
    static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    static let digits = "0123456789"

    struct Row: Sendable {
        let name: String
        let set: ByteSet
        let members: String
    }

    @Test(
        "members",
        arguments: [
            Row(name: "tchar", set: .token, members: "!#$%&'*+-.^_`|~" + letters + digits),
            Row(name: "target", set: .target, members: "!$%&'()*+,-./:;=?@[]^_`{|}~" + letters + digits),
            Row(name: "reg-name", set: .registeredName, members: "-._~!$&'()*+,;=%" + letters + digits),
            Row(name: "IPv6", set: .addressLiteral, members: ":.abcdefABCDEF" + digits),
        ]
    )
    func members(row: Row) {
        let members = Set(row.members.utf8)
        for byte in UInt8.min ... .max {
            #expect(row.set.contains(byte) == members.contains(byte), "\(row.name) \(byte)")
        }
    }

    @Test("digits, letters and field content", arguments: UInt8.min ... .max)
    func classes(byte: UInt8) {
        let character = Character(UnicodeScalar(byte))
        #expect(byte.hexValue.map(Int.init) == (byte < 0x80 ? character.hexDigitValue : nil))
        #expect(byte.isDigit == Self.digits.contains(character))
        #expect(byte.lowercased == (byte < 0x80 ? character.lowercased().utf8.first : byte))
        #expect(byte.isFieldContent == (byte == 9 || byte >= 32 && byte != 127))
    }
}
