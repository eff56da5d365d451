import Synchronization

/// What a callback was called with, in the order of the calls.
package final class Log<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])

    package init() {}

    package func append(_ item: Item) { items.withLock { $0.append(item) } }

    package var all: [Item] { items.withLock { $0 } }
}
