import Chrono
import Hooks
import Ledger
import Lines

/// The way that pages take which their own hook does not: to its `fallback`.
struct Detour: Sendable {
    /// Deliveries rerouted in one transaction at the most.
    private static let turn = 100

    let fallback: String
    let hook: any Hook

    /// Has the fallback told all that waits at a hook.
    func take(from broken: String, _ ledger: Ledger) async {
        while true {
            // What cannot be read or written now is tried at the lane's next turn.
            guard let waiting = try? await ledger.unrouted(broken, limit: Self.turn), !waiting.isEmpty,
                (try? await ledger.reroute(waiting.map { ($0.seq, draft($0)) })) != nil
            else { return }
            if waiting.count < Self.turn { return }
        }
    }

    /// Has the fallback told what one delivery says, and all that it carries; false when that could not be written.
    func take(_ delivery: DueDelivery, _ ledger: Ledger) async -> Bool {
        guard let carried = try? await ledger.unrouted(carriedBy: delivery) else { return false }
        return (try? await ledger.reroute(carried.map { ($0.seq, draft($0)) })) != nil
    }

    private func draft(_ delivery: DueDelivery) -> DeliveryDraft {
        let message = delivery.message.flatMap { Message(stored: $0) }
        return DeliveryDraft(
            hook: fallback,
            channel: delivery.channel,
            type: message?.type ?? delivery.type,
            orderingKey: delivery.orderingKey,
            line: delivery.line ?? message?.line?.phoneNumber,
            incident: delivery.incident,
            event: delivery.event,
            command: nil,
            payload: message.map { hook.render($0) } ?? delivery.payload,
            message: delivery.message
        )
    }
}

/// Makes one message of pages that came together.
enum Grouping {
    /// Nil when one of them cannot be read: then each goes by itself.
    static func payload(of pages: [DueDelivery], for hook: any Hook, _ now: Timestamp) -> [UInt8]? {
        let messages = pages.compactMap { $0.message.flatMap { Message(stored: $0) } }
        return messages.count == pages.count ? hook.render(Message(group: messages, at: now)) : nil
    }
}
