import Testing

@testable import Crypto

@Suite struct SigningKeyTests {
    /// RFC 4231, sections 4.3 and 4.7: a key shorter and one longer than a block.
    private static let vectors: [(key: [UInt8], message: [UInt8], code: String)] = [
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            .init(repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ]

    @Test func whereTheMessageIsCutDoesNotMatter() {
        for (key, message, code) in Self.vectors {
            let signer = SigningKey(SecretBytes(key))
            for cut in 0...message.count {
                #expect(
                    Hex.encode(signer.code(Array(message[..<cut]), Array(message[cut...]))) == code,
                    "cut at \(cut)"
                )
            }
        }
    }

    /// Lengths of keys around a block of 64 bytes; of messages around one and two blocks (python's hmac).
    @Test(
        arguments: [
            (0, 0, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
            (63, 55, "e43d0e2e5e28dfd38e641507070d522d8dd140de6c523be214ab8f1d299d7941"),
            (64, 64, "c4aaa100f785d6b12dd6fc8a0fc97db70e77ccc09cd95ba3bc1b5ebd66b5053a"),
            (65, 128, "8c302c580fd0bd18295b5da77f16685e73f986c84b96a120873670f49e8abf9e"),
        ]
    )
    func lengthsAroundABlock(key: Int, message: Int, code: String) {
        let signer = SigningKey(SecretBytes((0..<key).map { UInt8($0) }))
        #expect(Hex.encode(signer.code([], (0..<message).map { UInt8($0) })) == code)
    }

    @Test func oneKeyServesManyAtOnce() async {
        let signer = SigningKey(SecretBytes(Array("a key".utf8)))
        func code(_ number: Int) -> [UInt8] {
            signer.code(Array("\(number).".utf8), .init(repeating: 7, count: number))
        }
        let alone = (0..<64).map(code)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<50).allSatisfy { _ in (0..<64).allSatisfy { code($0) == alone[$0] } } }
            }
            for await isSame in group { #expect(isSame) }
        }
        #expect(Set(alone).count == alone.count)
    }

    @Test func theKeyOutlivesItsBytes() {
        var bytes: SecretBytes? = SecretBytes(Array("Jefe".utf8))
        let signer = bytes.map { SigningKey($0) }
        bytes = nil
        let code = signer?.code(Array("what do ya want ".utf8), Array("for nothing?".utf8))
        #expect(code.map { Hex.encode($0) } == Self.vectors[0].code)
    }
}
