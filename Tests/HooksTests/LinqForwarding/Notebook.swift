import Synchronization

@testable import Hooks

/// A hook's memory that tests look into, and that can fail.
final class Notebook: Sendable {
    private struct State {
        var entries: [String: String] = [:]
        var fails = false
    }

    private let state = Mutex(State())

    var entries: [String: String] {
        get { state.withLock { $0.entries } }
        set { state.withLock { $0.entries = newValue } }
    }

    /// Whether nothing more can be written.
    var fails: Bool {
        get { state.withLock { $0.fails } }
        set { state.withLock { $0.fails = newValue } }
    }

    var memory: HookMemory {
        HookMemory(
            recall: { key async throws(HookMemoryFailure) in self.entries[key] },
            remember: { key, value async throws(HookMemoryFailure) in
                if self.fails { throw HookMemoryFailure("the disk is full") }
                self.state.withLock { $0.entries[key] = value }
            }
        )
    }
}
