import Lines

/// Lines that were read or written lately, some of them ahead of their rows; follows the transaction it is used in.
struct LineMemory {
    /// With more lines than these, those that are not ahead of their rows are forgotten.
    static let capacity = 4_096

    /// On the heap: a table of records themselves, a third of its places empty, would be several times as large.
    private final class Entry {
        let record: LineRecord
        let isAhead: Bool

        init(_ record: LineRecord, isAhead: Bool) {
            self.record = record
            self.isAhead = isAhead
        }
    }

    private var entries: [PhoneNumber: Entry] = [:]
    /// What the open transaction has changed, and what was there before.
    private var changes: [(line: PhoneNumber, before: Entry?)] = []
    /// How many lines are ahead of their rows.
    private(set) var aheadCount = 0

    /// A line as it is; nil when its row has to be asked.
    subscript(line: PhoneNumber) -> LineRecord? { entries[line]?.record }

    /// A line that is ahead of its row.
    func ahead(_ line: PhoneNumber) -> LineRecord? { entries[line].flatMap { $0.isAhead ? $0.record : nil } }

    /// The lines that are ahead of their rows, in the order of their numbers: neighbours share a page.
    var linesAhead: [PhoneNumber] { entries.filter(\.value.isAhead).keys.sorted() }

    mutating func put(_ record: LineRecord, isAhead: Bool) {
        set(record.state.line, Entry(record, isAhead: isAhead))
    }

    mutating func forgetAll() {
        for line in Array(entries.keys) { set(line, nil) }
    }

    /// Where the open transaction stands, to undo what follows.
    var mark: Int { changes.count }

    mutating func undo(to mark: Int) {
        while changes.count > mark, let change = changes.popLast() { replace(change.line, change.before) }
    }

    /// The transaction is committed.
    mutating func commit() {
        changes.removeAll(keepingCapacity: true)
        if entries.count > Self.capacity + aheadCount { entries = entries.filter(\.value.isAhead) }
    }

    private mutating func set(_ line: PhoneNumber, _ entry: Entry?) {
        changes.append((line, replace(line, entry)))
    }

    @discardableResult
    private mutating func replace(_ line: PhoneNumber, _ entry: Entry?) -> Entry? {
        let before = entry.map { entries.updateValue($0, forKey: line) } ?? entries.removeValue(forKey: line)
        aheadCount += (entry?.isAhead == true ? 1 : 0) - (before?.isAhead == true ? 1 : 0)
        return before
    }
}
