import CBench
import Glibc

/// The kernel's readiness queue, and the events of one wait.
final class Epoll {
    private let descriptor = lwb_epoll()
    private let events = UnsafeMutablePointer<lwb_event>.allocate(capacity: 512)

    init() { _ = lwb_exact_timers() }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    func watch(_ socket: Int32, tag: UInt64) { _ = lwb_watch(descriptor, socket, tag) }

    /// Waits at the most for so many nanoseconds; gives how many tags `tag(at:)` has.
    func wait(_ nanoseconds: UInt64) -> Int { max(0, Int(lwb_wait(descriptor, events, 512, nanoseconds))) }

    func tag(at index: Int) -> UInt64 { events[index].tag }
}

/// CLOCK_MONOTONIC in nanoseconds: the one clock of everything that is measured here.
func steadyNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Why a measurement could not be made, in a sentence.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
