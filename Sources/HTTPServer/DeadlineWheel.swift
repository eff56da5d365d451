import Chrono
import Posix

/// Deadlines of many things, kept in coarse slots: setting one costs nothing, and one timer serves all.
///
/// Every thing stands in one slot. When its slot comes round its deadline is asked for again: if it has moved on, so
/// does the thing. A deadline that is moved with every byte therefore costs nothing until its slot comes.
struct DeadlineWheel {
    /// How exact it is, in nanoseconds: deadlines are met up to one tick late.
    static let tick: UInt64 = 250_000_000
    static let tickSpan = Span(microseconds: Int64(tick / 1_000))

    private var slots: [[UInt64]] = Array(repeating: [], count: 256)
    private var position: UInt64

    init(now: Steady) { position = now.nanoseconds / Self.tick }

    /// Puts a thing where its deadline is looked at next.
    ///
    /// - Returns: When that is; for a deadline further away than one turn long before it.
    @discardableResult
    mutating func add(_ id: UInt64, deadline: Steady) -> Steady {
        // Further away than one turn: it is looked at once a turn.
        let ticks = deadline.nanoseconds / Self.tick + 1
        let slot = min(max(ticks, position + 1), position + UInt64(slots.count) - 1)
        slots[Int(slot % UInt64(slots.count))].append(id)
        let moment = slot.multipliedReportingOverflow(by: Self.tick)
        return Steady(nanoseconds: moment.overflow ? .max : moment.partialValue)
    }

    /// The things whose slot has come by now.
    mutating func advance(to now: Steady) -> [UInt64] {
        let target = now.nanoseconds / Self.tick
        var due: [UInt64] = []
        // After a long sleep every slot comes round once.
        position = max(position, target > UInt64(slots.count) ? target - UInt64(slots.count) : 0)
        while position < target {
            position += 1
            let slot = Int(position % UInt64(slots.count))
            due += slots[slot]
            slots[slot].removeAll()
        }
        return due
    }
}
