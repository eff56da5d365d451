import Chrono
import Posix

/// How long connections that idle are kept open for a last request when a successor follows, in nanoseconds.
private let handOverGrace: UInt64 = 1_000_000_000

// How an event loop ends.
extension EventLoop {
    /// Accepts nothing more, lets requests under way finish until the deadline, and closes everything.
    ///
    /// `handingOver`: a successor accepts from the same sockets. What waits there is left to it, and connections that idle
    /// are closed only after a while: a request that is on its way on one of them would be lost.
    func stop(within span: Span, handingOver: Bool) async {
        phase = handingOver ? .handingOver : .stopping
        // What the kernel has already accepted for us is served, not reset.
        if !handingOver { for listener in listeners { accept(listener.socket) } }
        listeners = []
        pause = nil
        if !handingOver { closeIdle() }
        let grace = EventSource.after(nanoseconds: handOverGrace, on: executor) { [weak self] in
            self?.assumeIsolated { $0.closeIdle() }
        }
        let patience = EventSource.after(nanoseconds: span.nanoseconds, on: executor) { [weak self] in
            self?.assumeIsolated { $0.closeAll() }
        }
        if !connections.isEmpty {
            await withCheckedContinuation { continuation in stopped = { continuation.resume() } }
        }
        withExtendedLifetime((grace, patience)) {}
    }

    private func closeIdle() {
        readClocks()
        // One that seems idle may have sent a request that was not read yet; closing it unread would reset it.
        for connection in connections.elements where connection.state.isIdle {
            serve(connection)
            if connection.state.isIdle { close(connection) }
        }
    }

    private func closeAll() { connections.elements.forEach(close) }
}
