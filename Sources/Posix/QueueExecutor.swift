package import Chrono
import Dispatch

/// Runs an actor on a Dispatch queue of its own, so that Dispatch's event handlers enter it synchronously
/// (`assumeIsolated`).
///
/// Linux has no `DispatchSerialQueue`, whose work this is elsewhere.
package final class QueueExecutor: SerialExecutor {
    let queue: DispatchQueue

    /// Its name, as in a debugger.
    package var label: String { queue.label }

    package init(label: String) { queue = DispatchQueue(label: label) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Calls the body on the queue, after what was handed in before; for entering the actor with `assumeIsolated`.
    package func run(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

    /// Calls the body on the queue after a time in nanoseconds of the monotonic clock.
    package func run(after nanoseconds: UInt64, _ body: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(clamping: nanoseconds)), execute: body)
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
