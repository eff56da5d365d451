import Posix
import Synchronization

/// One line on standard error that tells how far long work has come; nothing where nobody watches.
final class ProgressBar: Sendable {
    private struct State {
        var percent = -1
        var seconds = 0
        var isOver = false
        var timer: EventSource?
    }

    private let what: String
    private let isWatched = Terminal.rewritesErrors
    private let state = Mutex(State())

    init(_ what: String) { self.what = what }

    /// Shows a part from 0 to 1; nil: it has just begun.
    func show(_ part: Double?) {
        let percent = Int((part ?? 0) * 100)
        state.withLock { state in
            guard percent > state.percent else { return }
            state.percent = percent
            write("\(what): \(percent) %")
        }
    }

    /// Shows how long it has been going on, from now until it is cleared: for work that cannot say how far it is.
    func count() {
        let timer = EventSource.every(nanoseconds: 1_000_000_000, on: QueueExecutor(label: "progress")) { [weak self] in
            self?.state.withLock { state in
                if state.isOver { return }
                state.seconds += 1
                self?.write("\(self?.what ?? ""): \(state.seconds) s")
            }
        }
        state.withLock { state in
            state.timer = timer
            write("\(what): 0 s")
        }
    }

    /// Takes the line away again.
    func clear() {
        state.withLock { state in
            state.isOver = true
            state.timer = nil
            write("")
        }
    }

    private func write(_ text: String) {
        if isWatched { Process.write(Array("\r\(text)\u{1B}[K".utf8), to: 2) }
    }
}
