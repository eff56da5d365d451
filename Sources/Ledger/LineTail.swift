import Chrono
import Lines
import SQLite

/// The newest events, whose lines may be ahead of their rows.
///
/// An event that confirms what is known of a line, or is stale, moves no more than dates: it is on disk as an event, and
/// the line's row follows later. The row together with these events is what is known. The table `identity` follows with
/// the rows (`EventIdentities`).
enum LineTail {
    /// The fact that tells up to which event all that follows is as it should be.
    static let fact = "lines settled"

    /// The event behind which the tail begins.
    static func beginning(_ connection: Connection) throws(SQLiteError) -> Int64 {
        try FactStore.value(fact, connection).flatMap { Int64($0) } ?? 0
    }

    struct Event {
        let seq: Int64
        let observation: Observation
    }

    /// The events behind the last that all rows have taken in, in the order of arrival.
    ///
    /// `line`: only those about it.
    static func events(_ connection: Connection, of line: PhoneNumber? = nil) throws(SQLiteError) -> [Event] {
        try connection.rows(
            """
            SELECT seq, line, source, changed_at, status, reputation, membership FROM event
            WHERE seq > ?1 AND (?2 IS NULL OR line = ?2) AND line IS NOT NULL AND source <> 'operator' ORDER BY seq
            """,
            .integer(beginning(connection)),
            Value(line?.description)
        ) { Event($0) }.compactMap { $0 }
    }
}

extension LineTail.Event {
    init?(_ row: Statement) {
        guard let line = row.text(1).flatMap({ PhoneNumber($0) }), let changedAt = row.integer(3),
            let source = row.text(2).flatMap(EvidenceSource.init(rawValue:))
        else { return nil }
        seq = row.integer(0) ?? 0
        observation = Observation(
            line: line,
            source: source,
            changedAt: Timestamp(microseconds: changedAt),
            status: row.text(4).map { Claim(Status($0)) },
            reputation: row.text(5).map { Claim(Reputation($0)) },
            membership: row.text(6).map { Claim(Membership($0)) }
        )
    }
}

extension LineRecord {
    /// The line after an event of the tail; as it is when its row has taken the event in already.
    func advanced(by event: LineTail.Event) -> LineRecord {
        guard event.seq > lastEvent ?? 0 else { return self }
        var state = self.state
        _ = state.merge(event.observation)
        return LineRecord(
            state: state,
            assessment: assessment,
            decisionSince: decisionSince,
            incident: incident,
            listedSince: listedSince,
            lastEvent: event.seq,
            decision: decision
        )
    }

    /// Whether it says what another says, as of other dates: then its row may follow later.
    func differsOnlyInDates(from other: LineRecord) -> Bool {
        state.isJudged(like: other.state) && state.changes == other.state.changes && assessment == other.assessment
            && decision == other.decision && decisionSince == other.decisionSince && incident == other.incident
            && listedSince == other.listedSince
    }
}
