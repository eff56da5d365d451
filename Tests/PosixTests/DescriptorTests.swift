import Glibc
import Testing

@testable import Posix

@Suite struct DescriptorTests {
    /// Far above what any other test of the process opens, so that nobody takes the number meanwhile.
    private func openHigh(_ number: CInt) throws -> CInt {
        try system("fcntl") { fcntl(0, F_DUPFD_CLOEXEC, number) }
    }

    @Test("It is closed when its owner goes, and not before")
    func closes() throws {
        let raw = try openHigh(500)
        do {
            let descriptor = Descriptor(owning: raw)
            #expect(isOpen(descriptor.raw))
        }
        #expect(!isOpen(raw))
    }

    @Test("One that is given away stays open")
    func releases() throws {
        let raw = Descriptor(owning: try openHigh(510)).release()
        #expect(isOpen(raw))
        close(raw)
    }

    @Test("A duplicate is another number for the same file, closed on exec, with a life of its own")
    func duplicates() throws {
        let raw = try openHigh(520)
        let copy: Descriptor
        do { copy = try Descriptor(owning: raw).duplicate() }
        #expect(!isOpen(raw))
        #expect(isOpen(copy.raw))
        #expect(fcntl(copy.raw, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test("A shared one is closed once, when the last of its users lets go")
    func sharedClosesOnce() throws {
        let raw = try openHigh(530)
        var users: [SharedDescriptor] = Array(repeating: SharedDescriptor(Descriptor(owning: raw)), count: 3)
        while users.count > 1 {
            users.removeLast()
            #expect(isOpen(raw))
        }
        users.removeLast()
        #expect(!isOpen(raw))
        // The number is somebody else's now; a second close would take it away.
        let next = try openHigh(raw)
        #expect(isOpen(next))
        close(next)
    }

    @Test("An event source is a user too")
    func sourceHolds() async throws {
        let raw = try openHigh(540)
        let executor = QueueExecutor(label: "descriptor")
        do {
            let pipe = try Pipe()
            try system("dup2") { dup2(pipe.reader.raw, raw) }
            var source: EventSource?
            do {
                let descriptor = SharedDescriptor(Descriptor(owning: raw))
                source = .readable(descriptor, on: executor) {}
            }
            #expect(isOpen(raw))
            withExtendedLifetime(source) {}
            source = nil
        }
        // The cancel handler, which lets go of it, runs on the queue.
        while isOpen(raw) { await Task.yield() }
    }
}
