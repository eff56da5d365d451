import Synchronization

/// A queue that many fill and one empties as a whole, so that a burst costs its consumer one wake-up.
package final class Inbox<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    package init() {}

    /// Adds an element.
    ///
    /// True: it was the first, and the consumer must be woken.
    package func push(_ element: Element) -> Bool {
        elements.withLock { elements in
            elements.append(element)
            return elements.count == 1
        }
    }

    /// All elements so far, oldest first.
    package func takeAll() -> [Element] {
        elements.withLock { elements in
            let taken = elements
            elements.removeAll()
            return taken
        }
    }

    /// How many wait.
    ///
    /// Another thread may change it before the caller looks.
    package var count: Int { elements.withLock { $0.count } }
}
