import COpenSSL

/// Bytes that are overwritten when nobody needs them any more, so that neither a core dump nor freed memory holds them.
package final class SecretBytes: Sendable {
    /// Where they are, as a number: written once here, only read afterwards, so that every thread may read them.
    private let address: UInt
    package let count: Int

    package init(_ bytes: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        memory.copyBytes(from: bytes)
        address = UInt(bitPattern: memory.baseAddress)
        count = bytes.count
    }

    deinit {
        guard let memory = UnsafeMutableRawPointer(bitPattern: address) else { return }
        OPENSSL_cleanse(memory, count)
        memory.deallocate()
    }

    /// Lends the bytes for as long as the body runs.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withExtendedLifetime(self) {
            body(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count))
        }
    }
}
