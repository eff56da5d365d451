import Chrono
import Lines
import SQLite

/// What is known of lines, inside the transactions that change it.
///
/// A line of which an event only confirms what is known moves ahead of its row (`advance`); `settle` writes such rows
/// later, many at a time and in their order, and the events' identities with them, so that an acknowledgement writes one
/// row however many lines and events there are. Whatever else changes a line is written at once (`save`).
final class LineBook {
    /// A round of bringing rows up to date.
    private struct Round {
        var lines: ArraySlice<PhoneNumber>
        /// The last event whose identity is written.
        var identified: Int64
        /// The newest event when it began.
        let through: Int64
    }

    /// Events that were not taken into rows from which on these are brought up to date under load too.
    private static let longTail = 8_192

    private let connection: Connection
    private let rows: LineStore
    private let identities: EventIdentities
    private let facts: FactStore
    private var memory = LineMemory()
    private var round: Round?
    private var tail = 0

    init(_ connection: Connection, _ rows: LineStore, _ identities: EventIdentities) throws(SQLiteError) {
        self.connection = connection
        self.rows = rows
        self.identities = identities
        facts = try FactStore(connection)
    }

    /// Takes in what the run before this one had not settled.
    func recall(_ policy: DecisionPolicy) throws(SQLiteError) {
        for event in try LineTail.events(connection) {
            guard let known = try line(event.observation.line, policy) else { continue }
            let record = known.advanced(by: event)
            if record != known { advance(record) }
            noteEvent()
        }
        memory.commit()
    }

    /// A line as it is.
    ///
    /// `policy`: the one in force; before it becomes another one, `forget` is called.
    func line(_ number: PhoneNumber, _ policy: DecisionPolicy) throws(SQLiteError) -> LineRecord? {
        if let known = memory[number] { return known }
        guard let record = try rows.line(number, policy) else { return nil }
        memory.put(record, isAhead: false)
        return record
    }

    /// A line whose row was read by somebody else, as it is.
    func newest(_ row: LineRecord) -> LineRecord { memory[row.state.line] ?? row }

    /// Writes a line.
    ///
    /// `isNew`: it has no row yet.
    func save(_ record: LineRecord, isNew: Bool) throws(SQLiteError) {
        try rows.save(record, isNew: isNew)
        memory.put(record, isAhead: false)
    }

    /// Keeps since when Linq's API lists a line; nil: it does not any more.
    func setListed(_ line: PhoneNumber, since time: Timestamp?) throws(SQLiteError) {
        try rows.setListed(line, since: time)
        guard var known = memory[line] else { return }
        known.listedSince = time
        memory.put(known, isAhead: memory.ahead(line) != nil)
    }

    /// Takes over a line of which an event, which is written, has changed no more than dates.
    func advance(_ record: LineRecord) {
        memory.put(record, isAhead: true)
    }

    /// An event was written.
    func noteEvent() { tail += 1 }

    /// An event was removed: if it was the newest, the next one takes its place, which must be behind what is settled.
    func noteRemoval() throws(SQLiteError) {
        round = nil
        let newest = try newestEvent()
        if try LineTail.beginning(connection) > newest { try facts.set(LineTail.fact, String(newest)) }
    }

    /// Whether there are events that a start would have to look at.
    var hasTail: Bool { tail > 0 || round != nil }

    /// Whether that has come so far that rows are to be brought up to date without waiting for a quiet moment.
    var isFarAhead: Bool { round != nil || tail >= Self.longTail }

    /// Brings rows up to date, at most `limit` of lines and of identities; true when all are that were behind as the
    /// round began.
    func settle(atMost limit: Int) throws(SQLiteError) -> Bool {
        var round: Round
        if let begun = self.round { round = begun } else { round = try begin() }
        for line in round.lines.prefix(limit) {
            guard let record = memory.ahead(line) else { continue }
            try rows.saveDates(record)
            memory.put(record, isAhead: false)
        }
        round.lines = round.lines.dropFirst(limit)
        let identified = round.through - round.identified > limit ? round.identified + Int64(limit) : round.through
        try identities.copy(after: round.identified, through: identified)
        round.identified = identified
        let isOver = round.lines.isEmpty && identified == round.through
        if isOver { try facts.set(LineTail.fact, String(round.through)) }
        self.round = isOver ? nil : round
        return isOver
    }

    private func begin() throws(SQLiteError) -> Round {
        tail = 0
        return Round(
            lines: memory.linesAhead[...],
            identified: try LineTail.beginning(connection),
            through: try newestEvent()
        )
    }

    private func newestEvent() throws(SQLiteError) -> Int64 {
        try connection.rows("SELECT max(seq) FROM event") { $0.integer(0) ?? 0 }.first ?? 0
    }

    /// Brings all rows up to date and forgets what was read, because other rules are to judge it.
    func forget() throws(SQLiteError) {
        round = nil
        _ = try settle(atMost: .max)
        memory.forgetAll()
    }

    /// The transaction is committed.
    func commit() { memory.commit() }

    /// The transaction was undone.
    func rollBack() {
        memory.undo(to: 0)
        round = nil
        // A round that has just begun may have been undone.
        tail = max(tail, 1)
    }

    /// Runs a body whose changes are undone afterwards.
    func rehearse<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
        let mark = memory.mark
        defer { memory.undo(to: mark) }
        return try body()
    }
}
