import Chrono
import Hooks
import Posix

/// Delivers one message without the ledger: what the ledger's own trouble is told by.
struct Courier: Sendable {
    private static let attempts = 4

    let name: String
    let hook: any Hook
    let time: DeliveryTime

    /// Tries a few times, with the waits of every hook's first failures between.
    func deliver(_ message: Message, id: String) async {
        let payload = hook.render(message)
        let executor = QueueExecutor(label: "courier \(name)")
        for attempt in 1...Self.attempts {
            let outcome = await hook.deliver(
                Attempt(id: id, type: message.type, line: nil, payload: payload, now: time.wall)
            )
            guard case .retry(let after, _) = outcome, attempt < Self.attempts else { return }
            await executor.pause(after ?? RetryPolicy().delay(failures: attempt, random: .random(in: 0...1)))
        }
    }
}
