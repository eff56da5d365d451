import Glibc

/// A file descriptor that is closed exactly once, when its one owner goes.
package struct Descriptor: ~Copyable, Sendable {
    package let raw: CInt

    /// Takes over an open descriptor.
    package init(owning raw: CInt) { self.raw = raw }

    deinit { close(raw) }

    /// Gives the descriptor away unclosed.
    package consuming func release() -> CInt {
        let raw = raw
        discard self
        return raw
    }

    /// A descriptor of nothing (`/dev/null`), to be held back for when there are no more.
    package static func reserve() throws(PosixError) -> Descriptor {
        Descriptor(owning: try system("open", "/dev/null") { open("/dev/null", O_RDONLY | O_CLOEXEC) })
    }

    /// A second descriptor for the open file behind one that somebody else owns, closed on exec.
    package init(duplicating raw: CInt) throws(PosixError) {
        self.init(owning: try system("fcntl(F_DUPFD_CLOEXEC)") { fcntl(raw, F_DUPFD_CLOEXEC, 3) })
    }

    /// A second descriptor for the same open file, closed on exec.
    package borrowing func duplicate() throws(PosixError) -> Descriptor { try Descriptor(duplicating: raw) }
}

/// A descriptor with several users, closed when the last of them lets go: a Dispatch source's cancel handler is one
/// of them, so that a number is never closed, and used again, while the kernel's event queue still watches it.
package final class SharedDescriptor: Sendable {
    private let descriptor: Descriptor

    package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    package var raw: CInt { descriptor.raw }
}
