import Dispatch
import Glibc
import Synchronization

/// A Dispatch source that is cancelled when it is let go.
///
/// The one file that hands closures to `setEventHandler` and `setCancelHandler`: on Linux they are not checked for
/// data races, so everything here takes `@Sendable` closures only.
package final class EventSource: Sendable {
    private let source: DispatchSource
    private let suspended = Mutex(false)

    private init(
        _ source: any DispatchSourceProtocol,
        on executor: QueueExecutor,
        holding held: SharedDescriptor? = nil,
        _ handler: @escaping @Sendable () -> Void
    ) {
        guard let concrete = source as? DispatchSource else {
            preconditionFailure("Dispatch made a source of no class")
        }
        self.source = concrete
        concrete.setEventHandler { executor.occupied(handler) }
        if let held {
            // The descriptor stays open until the kernel's event queue has forgotten it.
            concrete.setCancelHandler { withExtendedLifetime(held) {} }
        }
        concrete.activate()
    }

    deinit {
        resume()
        source.cancel()
    }

    /// Calls the handler on the queue whenever there is something to read, or the peer has gone.
    ///
    /// For the few that a process has one of; many, such as the connections of an event loop, share a `Poller`, whose
    /// descriptor this watches.
    package static func readable(
        _ descriptor: SharedDescriptor,
        on executor: QueueExecutor,
        _ handler: @escaping @Sendable () -> Void
    ) -> EventSource {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor.raw, queue: executor.queue)
        return EventSource(source, on: executor, holding: descriptor, handler)
    }

    /// Calls the handler on the queue whenever there is room to write.
    package static func writable(
        _ descriptor: SharedDescriptor,
        on executor: QueueExecutor,
        _ handler: @escaping @Sendable () -> Void
    ) -> EventSource {
        let source = DispatchSource.makeWriteSource(fileDescriptor: descriptor.raw, queue: executor.queue)
        return EventSource(source, on: executor, holding: descriptor, handler)
    }

    /// Calls the handler on the queue once, after a time in nanoseconds of the monotonic clock.
    package static func after(
        nanoseconds: UInt64,
        on executor: QueueExecutor,
        _ handler: @escaping @Sendable () -> Void
    ) -> EventSource {
        let timer = DispatchSource.makeTimerSource(queue: executor.queue)
        let delay = Int(clamping: nanoseconds)
        timer.schedule(deadline: .now() + .nanoseconds(delay), leeway: .nanoseconds(min(delay / 20, 50_000_000)))
        return EventSource(timer, on: executor, handler)
    }

    /// Calls the handler on the queue again and again, first after one interval.
    package static func every(
        nanoseconds: UInt64,
        on executor: QueueExecutor,
        _ handler: @escaping @Sendable () -> Void
    ) -> EventSource {
        let timer = DispatchSource.makeTimerSource(queue: executor.queue)
        let interval = DispatchTimeInterval.nanoseconds(Int(clamping: nanoseconds))
        timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(50))
        return EventSource(timer, on: executor, handler)
    }

    /// Calls the handler on the queue whenever the process gets the signal.
    ///
    /// Dispatch switches the signal's usual effect off when it begins to listen, a moment after this returns. Ignoring it
    /// here as well would only lose a signal that comes in that moment.
    package static func signal(
        _ number: CInt,
        on executor: QueueExecutor,
        _ handler: @escaping @Sendable () -> Void
    ) -> EventSource {
        let source = DispatchSource.makeSignalSource(signal: number, queue: executor.queue)
        return EventSource(source, on: executor, handler)
    }

    /// Stops calling the handler until `resume`; a second call has no effect.
    package func suspend() {
        suspended.withLock { isSuspended in
            if !isSuspended { source.suspend() }
            isSuspended = true
        }
    }

    /// Ends a `suspend`; without one it has no effect.
    package func resume() {
        suspended.withLock { isSuspended in
            if isSuspended { source.resume() }
            isSuspended = false
        }
    }
}
