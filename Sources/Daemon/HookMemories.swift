import Hooks
import Ledger
import Synchronization

/// What hooks remember, in the ledger.
///
/// Hooks are made before the ledger is, because it plans with them; they remember nothing before both are there.
final class HookMemories: Sendable {
    // Weak: the ledger's planner holds the hooks, and these hold what is here.
    private struct Place: Sendable { weak var ledger: Ledger? }

    private let place = Mutex(Place())

    /// From now on memories are kept there.
    func adopt(_ ledger: Ledger) { place.withLock { $0.ledger = ledger } }

    /// What the hook of this name remembers.
    ///
    /// Its keys must hold no space: one hook's name may be another's and more.
    func memory(of name: String) -> HookMemory {
        HookMemory(
            recall: { key async throws(HookMemoryFailure) in
                let ledger = try self.ledger
                do throws(LedgerError) {
                    return try await ledger.fact(Self.key(name, key))
                } catch {
                    throw HookMemoryFailure("what was there before could not be recalled: \(error)")
                }
            },
            remember: { key, value async throws(HookMemoryFailure) in
                let ledger = try self.ledger
                do throws(LedgerError) {
                    try await ledger.keep(value, under: Self.key(name, key))
                } catch {
                    throw HookMemoryFailure("what was there before could not be written down: \(error)")
                }
            }
        )
    }

    private var ledger: Ledger {
        get throws(HookMemoryFailure) {
            guard let ledger = place.withLock({ $0.ledger }) else {
                throw HookMemoryFailure("the ledger is closed")
            }
            return ledger
        }
    }

    private static func key(_ name: String, _ key: String) -> String { "hook \(name) \(key)" }
}
