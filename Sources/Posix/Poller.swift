import CLinux
import Glibc

/// Tells which of many descriptors are ready, one system call for all of them (epoll(7), level-triggered).
///
/// For its one owner, who calls it from one queue. It never waits: its own descriptor is readable whenever one of those it
/// watches is ready, so that a single `EventSource` wakes the owner for all of them.
package final class Poller {
    /// What to be told of.
    ///
    /// That the peer has hung up, or the descriptor is broken, is told always.
    package struct Interest: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let readable = Interest(rawValue: 0x1)
        package static let writable = Interest(rawValue: 0x4)
    }

    /// A descriptor that is ready.
    package struct Event: Sendable, Equatable {
        /// The one it was added with.
        package let key: UInt64
        /// Neither side can send anything any more (EPOLLHUP), or the descriptor is broken (EPOLLERR); what has arrived before
        /// may still be there to be read.
        ///
        /// Told again and again until the descriptor is removed.
        package let isHangUp: Bool
    }

    /// Descriptors told of in one go, so that none of them waits long for the others.
    package static let batch = 64

    /// Its own descriptor.
    package let descriptor: SharedDescriptor
    private let ready = UnsafeMutablePointer<lw_event>.allocate(capacity: Poller.batch)

    package init() throws(PosixError) {
        descriptor = SharedDescriptor(Descriptor(owning: try system("epoll_create1") { lw_epoll() }))
    }

    deinit { ready.deallocate() }

    /// Begins to watch a descriptor, which must be removed before it is closed.
    ///
    /// `key`: what its events are known by.
    package func add(_ watched: SharedDescriptor, key: UInt64, for interest: Interest) throws(PosixError) {
        try set(EPOLL.add, watched, interest, key)
    }

    /// Watches a descriptor for something else.
    package func change(_ watched: SharedDescriptor, key: UInt64, to interest: Interest) throws(PosixError) {
        try set(EPOLL.modify, watched, interest, key)
    }

    /// Watches a descriptor no more; one that is not watched is let be.
    package func remove(_ watched: SharedDescriptor) { try? set(EPOLL.delete, watched, [], 0) }

    /// Looks which descriptors are ready, and says how many are: at most `batch`, those that waited longest.
    ///
    /// `self[0]` and so on are these, until the next look.
    package func look() -> Int {
        // Only a bad descriptor or pointer can make it fail.
        (try? Int(system("epoll_wait") { lw_epoll_wait(descriptor.raw, ready, CInt(Poller.batch), 0) })) ?? 0
    }

    package subscript(index: Int) -> Event {
        precondition(index >= 0 && index < Poller.batch)
        return Event(key: ready[index].key, isHangUp: ready[index].readiness & (EPOLL.error | EPOLL.hangUp) != 0)
    }

    private func set(
        _ operation: CInt,
        _ watched: SharedDescriptor,
        _ interest: Interest,
        _ key: UInt64
    ) throws(PosixError) {
        try system("epoll_ctl") { lw_epoll_set(descriptor.raw, operation, watched.raw, interest.rawValue, key) }
    }
}

/// Numbers of <sys/epoll.h>, which are the same on every machine.
private enum EPOLL {
    static let add: CInt = 1
    static let delete: CInt = 2
    static let modify: CInt = 3
    static let error: UInt32 = 0x8
    static let hangUp: UInt32 = 0x10
}
