import Glibc
import Posix

/// Two descriptors, and what is written to one can be read from the other.
struct Pipe: Sendable {
    let reader: SharedDescriptor
    let writer: SharedDescriptor

    init() throws {
        var ends: [CInt] = [-1, -1]
        try system("socketpair") { socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) }
        reader = SharedDescriptor(Descriptor(owning: ends[0]))
        writer = SharedDescriptor(Descriptor(owning: ends[1]))
        Socket.makeNonBlocking(reader)
        Socket.makeNonBlocking(writer)
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { _ = try Socket.send(writer, $0) }
    }

    /// What is there; nil when nothing is.
    func read() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = try buffer.withUnsafeMutableBytes { try Socket.receive(reader, into: $0) }
        return count.map { Array(buffer[..<$0]) }
    }
}

/// Whether the number names an open descriptor.
func isOpen(_ descriptor: CInt) -> Bool { fcntl(descriptor, F_GETFD) >= 0 }
