import TestSupport
import Testing

@testable import Crypto

@Suite struct Base64Tests {
    /// RFC 4648, section 10, and the two signs that only the standard alphabet has.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("~~~???", "fn5+Pz8/"),
    ])
    func goesBothWays(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
        #expect(Base64.decode(text.replacing("=", with: "")) == Array(plain.utf8))
    }

    @Test(arguments: [
        // Lengths that no bytes have.
        "Z", "Zm9vY", "=", "==", "===", "====",
        // Padding too much, too little, in the wrong place.
        "Zg=", "Zg===", "Zm8==", "Zm9v=", "Zm9v==", "Zm9v====", "Z===", "=Zg=", "Zg==Zg==", "Zm=9", "Zg==\n",
        // Other alphabets, white space, and what OpenSSL would skip or take for the end.
        "fn5-Pz8_", "Zm9v Zg==", " Zm9v", "Zm9v ", "Zm9v\n", "\nZm9v", "Zm9v\r\n", "Zm\t9", "Zm9-", "Zm9\0", "Zm9é",
        "Zm9v-", "Zm,9", "Zm.9", "Ｚm9v",
    ])
    func refuses(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func everyLengthGoesBothWays() {
        var generator = SeededGenerator(state: 1)
        for count in 0...200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let text = Base64.encode(bytes)
            #expect(text.utf8.count == (count + 2) / 3 * 4)
            #expect(Base64.decode(text) == bytes)
            #expect(Base64.decode(Substring(text).prefix { $0 != "=" }) == bytes)
        }
    }

    /// Of all the bytes only 64 are symbols.
    @Test func theAlphabetIsClosed() {
        let symbols = (0...127).map { Unicode.Scalar(UInt8($0)) }.filter { Base64.decode("Zm9\($0)Zm9v") != nil }
        #expect(symbols.count == 64)
    }
}
