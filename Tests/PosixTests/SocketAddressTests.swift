import Glibc
import Testing

@testable import Posix

@Suite struct SocketAddressTests {
    @Test(
        "An address survives the way through the kernel's form",
        arguments: ["127.0.0.1:1", "10.20.30.40:65535", "[::1]:443", "[2001:db8::ff]:8080"]
    )
    func roundTrip(text: String) throws {
        let address = try #require(ListenAddress(text))
        var storage = sockaddr_storage()
        try withSocketAddress(address) { (pointer, length) throws(PosixError) in
            withUnsafeMutableBytes(of: &storage) { bytes in
                bytes.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: Int(length)))
            }
        }
        let peer = PeerAddress(storage)
        #expect(peer.description == text)
        #expect(peer.listenAddress == address)
        #expect(peer.isInternet)
    }

    @Test("Whoever comes over a Unix socket has no address", arguments: [AF_UNIX, AF_UNSPEC])
    func others(family: CInt) {
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(family)
        let peer = PeerAddress(storage)
        #expect(peer.description == "unix")
        #expect(peer.port == 0)
        #expect(peer.listenAddress == nil)
        #expect(!peer.isInternet)
    }
}
