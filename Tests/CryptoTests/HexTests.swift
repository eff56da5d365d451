import Testing

@testable import Crypto

@Suite struct HexTests {
    @Test(arguments: [([], ""), ([0], "00"), ([0x0F, 0xF0], "0ff0"), ([0xDE, 0xAD, 0xBE, 0xEF], "deadbeef")])
    func goesBothWays(bytes: [UInt8], text: String) {
        #expect(Hex.encode(bytes) == text)
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(text.uppercased()) == bytes)
    }

    @Test(arguments: ["0", "000", "0g", "g0", "0x00", " 00", "00 ", "0 0", "-1", "+1", "é", "０0", "0\0", "00\n0"])
    func refuses(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func everyByte() {
        let bytes = Array(UInt8.min ... .max)
        let text = Hex.encode(bytes)
        #expect(text.utf8.count == 512 && text == text.lowercased())
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(Substring(text)) == bytes)
    }
}
