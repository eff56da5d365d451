import Testing

@testable import Crypto

@Suite struct DigestTests {
    /// RFC 4231, sections 4.2 to 4.8, the truncated code of section 4.6 whole.
    ///
    /// The last has no key and no message (python's hmac).
    @Test(
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                .init(repeating: 0xAA, count: 20), .init(repeating: 0xDD, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), .init(repeating: 0xCD, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                .init(repeating: 0x0C, count: 20), Array("Test With Truncation".utf8),
                "a3b6167473100ee06e0c796c2955552bfa6f7c0a6a8aef8b93f860aab0cd20c5"
            ),
            (
                .init(repeating: 0xAA, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                .init(repeating: 0xAA, count: 131),
                Array(
                    """
                    This is a test using a larger than block-size key and a larger than block-size data. \
                    The key needs to be hashed before being used by the HMAC algorithm.
                    """.utf8
                ),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
            ([], [], "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        ] as [([UInt8], [UInt8], String)]
    )
    func hmac(key: [UInt8], message: [UInt8], code: String) {
        #expect(Hex.encode(Digest.hmac(key: SecretBytes(key), message)) == code)
    }

    /// FIPS 180-4's examples (csrc.nist.gov, SHA256.pdf) and the million of FIPS 180-2.
    @Test(
        arguments: [
            ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                Array(
                    """
                    abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
                    hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu
                    """.utf8
                ),
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
            (
                .init(repeating: UInt8(ascii: "a"), count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ] as [([UInt8], String)]
    )
    func sha256(bytes: [UInt8], digest: String) {
        #expect(Hex.encode(Digest.sha256(bytes)) == digest)
    }

    @Test(
        arguments: [
            ([], [], true), ([0], [0], true), ([0], [1], false), ([], [0], false), ([1, 2], [1, 2, 0], false),
            ([1, 2, 3], [1, 2, 3], true), ([1, 2, 3], [1, 2, 4], false), ([1, 2, 3], [0, 2, 3], false),
            ([0x80], [0x00], false), ([255, 0], [255], false),
        ] as [([UInt8], [UInt8], Bool)]
    )
    func comparesWhole(left: [UInt8], right: [UInt8], isEqual: Bool) {
        #expect(Digest.equalInConstantTime(left, right) == isEqual)
        #expect(Digest.equalInConstantTime(right, left) == isEqual)
    }

    /// Every single bit counts.
    @Test func comparesEveryBit() {
        let digest = Digest.sha256([1])
        #expect(digest.count == Digest.byteCount)
        for bit in 0..<(8 * Digest.byteCount) {
            var other = digest
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!Digest.equalInConstantTime(digest, other))
        }
    }
}
