/// Things found by a number that is never given to another: a place, which is used again, and how often it was.
struct Slab<Element> {
    private struct Place {
        var generation: UInt32 = 0
        var element: Element?
    }

    private var places: [Place] = []
    private var vacant: [UInt32] = []

    var isEmpty: Bool { vacant.count == places.count }

    /// All of them, in no order.
    var elements: [Element] { places.compactMap(\.element) }

    /// Puts a thing in that is made to its number.
    mutating func insert(_ make: (UInt64) -> Element) -> Element {
        let index = vacant.popLast().map(Int.init) ?? places.count
        if index == places.count { places.append(Place()) }
        let element = make(UInt64(places[index].generation) << 32 | UInt64(index))
        places[index].element = element
        return element
    }

    subscript(id: UInt64) -> Element? {
        let index = Int(truncatingIfNeeded: id & 0xFFFF_FFFF)
        guard index < places.count, UInt64(places[index].generation) == id >> 32 else { return nil }
        return places[index].element
    }

    /// Takes a thing out; nil when it is not there any more.
    mutating func remove(_ id: UInt64) -> Element? {
        guard let element = self[id] else { return nil }
        let index = Int(truncatingIfNeeded: id & 0xFFFF_FFFF)
        places[index] = Place(generation: places[index].generation &+ 1, element: nil)
        vacant.append(UInt32(truncatingIfNeeded: index))
        return element
    }
}
