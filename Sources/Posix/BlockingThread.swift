import Glibc

/// A thread for something that blocks for as long as the process lives, or nearly.
///
/// Dispatch has 255 threads at the most for all queues: one that never comes back is better not taken from them.
enum BlockingThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs the body on a new thread, which gets no signals and ends with it.
    ///
    /// - Throws: `PosixError` when there can be no more threads.
    static func start(_ body: @escaping @Sendable () -> Void) throws(PosixError) {
        var (all, usual) = (sigset_t(), sigset_t())
        sigfillset(&all)
        // A thread begins with the mask of the one that made it.
        pthread_sigmask(SIG_SETMASK, &all, &usual)
        defer { pthread_sigmask(SIG_SETMASK, &usual, nil) }
        let context = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            },
            context.toOpaque()
        )
        if code != 0 {
            context.release()
            throw PosixError(call: "pthread_create", code: code)
        }
        pthread_detach(thread)
    }
}
