package import Chrono
import Dispatch
import Synchronization

/// Runs an actor on a Dispatch queue of its own, so that Dispatch's event handlers enter it synchronously
/// (`assumeIsolated`).
///
/// Linux has no `DispatchSerialQueue`, whose work this is elsewhere.
package final class QueueExecutor: SerialExecutor {
    let queue: DispatchQueue
    /// What runs on the queue, and what was handed in to run as soon as it can.
    private let occupants = Atomic(0)

    /// Its name, as in a debugger.
    package var label: String { queue.label }

    package init(label: String) { queue = DispatchQueue(label: label) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        run { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Calls the body on the queue, after what was handed in before; for entering the actor with `assumeIsolated`.
    package func run(_ body: @escaping @Sendable () -> Void) {
        occupants.add(1, ordering: .relaxed)
        queue.async { [self] in
            body()
            occupants.subtract(1, ordering: .relaxed)
        }
    }

    /// Calls the body on the queue: on this very thread, before it returns, if nothing runs there; else as `run` does.
    ///
    /// Spares waking a thread. It may have to wait for an event that comes in the same moment to be handled.
    package func runAtOnce(_ body: @escaping @Sendable () -> Void) {
        // Who calls from the queue itself is among the occupants, and would wait for himself.
        guard occupants.compareExchange(expected: 0, desired: 1, ordering: .relaxed).exchanged else { return run(body) }
        queue.sync(execute: body)
        occupants.subtract(1, ordering: .relaxed)
    }

    /// Calls the body, which Dispatch has begun on the queue.
    func occupied(_ body: () -> Void) {
        occupants.add(1, ordering: .relaxed)
        body()
        occupants.subtract(1, ordering: .relaxed)
    }

    /// Calls the body on the queue after a time in nanoseconds of the monotonic clock.
    package func run(after nanoseconds: UInt64, _ body: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(clamping: nanoseconds))) { [self] in occupied(body) }
    }

    /// Returns once the span has passed by the monotonic clock; at once for one that is not positive.
    package func pause(_ span: Span) async {
        await withCheckedContinuation { continuation in run(after: span.nanoseconds) { continuation.resume() } }
    }

    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}

extension Span {
    /// For Dispatch: never negative, and the largest number where it would not fit.
    package var nanoseconds: UInt64 {
        let (product, overflow) = UInt64(max(0, microseconds)).multipliedReportingOverflow(by: 1_000)
        return overflow ? .max : product
    }
}
