import CLinux
import Dispatch
import Glibc

/// Calls a handler on a queue whenever a descriptor is readable, until it is let go.
///
/// As `EventSource.readable` does, but a thread of its own waits for the descriptor and runs the handler itself: an
/// arrival wakes one thread, where Dispatch wakes its manager, which wakes another. For descriptors that are waited for all
/// the time and by which everything comes, such as an event loop's `Poller`.
package final class Lookout: Sendable {
    /// Readable once it is over (eventfd(2)).
    private let end: SharedDescriptor

    /// Begins to wait.
    ///
    /// `handler`: called again as long as there is something to read.
    package init(
        _ descriptor: SharedDescriptor,
        on executor: QueueExecutor,
        _ handler: @escaping @Sendable () -> Void
    ) throws(PosixError) {
        let end = SharedDescriptor(Descriptor(owning: try system("eventfd") { lw_eventfd() }))
        self.end = end
        try BlockingThread.start {
            while Self.wait(for: descriptor, or: end) { executor.queue.sync { executor.occupied(handler) } }
        }
    }

    deinit {
        var one: UInt64 = 1
        // Cannot fail: a counter that nobody reads is far from its end.
        _ = write(end.raw, &one, MemoryLayout.size(ofValue: one))
    }

    /// Returns when there is something to read; false: it is over.
    private static func wait(for descriptor: SharedDescriptor, or end: SharedDescriptor) -> Bool {
        let nothing = pollfd(fd: -1, events: Int16(POLLIN), revents: 0)
        var watched = (nothing, nothing)
        (watched.0.fd, watched.1.fd) = (end.raw, descriptor.raw)
        return withUnsafeMutableBytes(of: &watched) { bytes in
            let entries = bytes.bindMemory(to: pollfd.self)
            while true {
                // Only want of memory can make it fail, which passes.
                let count = (try? system("poll") { poll(entries.baseAddress, nfds_t(entries.count), -1) }) ?? 0
                if entries[0].revents != 0 { return false }
                if count > 0 { return true }
            }
        }
    }
}
