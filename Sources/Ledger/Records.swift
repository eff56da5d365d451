package import Chrono
package import Lines

/// A line as the ledger has it.
package struct LineRecord: Sendable, Hashable {
    package let state: LineState
    package let assessment: Assessment
    package let decisionSince: Timestamp
    /// The open incident's id.
    package let incident: String?
    /// Where the chain of evidence begins: the row of the newest event about the line.
    let lastEvent: Int64?
    /// The decision that was written down.
    ///
    /// Under new rules the assessment may already be another.
    let decision: Decision
}

/// One message to be written for a hook, rendered.
package struct DeliveryDraft: Sendable {
    package enum Channel: String, Sendable, Hashable { case control, page, alert }

    package let hook: String
    package let channel: Channel
    package let type: String
    /// Deliveries of one hook with the same key are sent one after the other.
    package let orderingKey: String
    package let line: PhoneNumber?
    package let incident: String?
    package let event: String?
    /// What the hook will have been told about the line: `pause`, `slow` or `resume`; nil off the control channel.
    package let command: String?
    package let payload: [UInt8]

    package init(
        hook: String,
        channel: Channel,
        type: String,
        orderingKey: String,
        line: PhoneNumber?,
        incident: String?,
        event: String?,
        command: String?,
        payload: [UInt8]
    ) {
        self.hook = hook
        self.channel = channel
        self.type = type
        self.orderingKey = orderingKey
        self.line = line
        self.incident = incident
        self.event = event
        self.command = command
        self.payload = payload
    }
}

/// What to send because of a change, given what each control hook was last told and which hooks were paged.
package typealias Planner =
    @Sendable (_ change: LineChange, _ commanded: [String: String], _ paged: [String]) ->
    [DeliveryDraft]

/// A delivery that is due.
package struct DueDelivery: Sendable {
    package let seq: Int64
    /// The same on every attempt.
    package let id: String
    package let type: String
    package let orderingKey: String
    package let line: PhoneNumber?
    package let payload: [UInt8]
    package let createdAt: Timestamp
    /// Attempts that failed so far.
    package let attempts: Int
}

/// How an attempt ended.
package enum Settlement: Sendable {
    case delivered
    case retry(notBefore: Timestamp, error: String)
    case dead(error: String)
}

/// What became of an event that was handed in.
package enum Receipt: Sendable {
    /// It is on disk, with all that follows from it.
    case stored(RecordedEvent)
    /// It was on disk already.
    case duplicate
    case failed(LedgerError)
}

/// The facts about a stored event that are worth telling.
package struct RecordedEvent: Sendable {
    package enum State: String, Sendable { case applied, stale, quarantined }

    package let state: State
    package let change: LineChange?
    /// Axes whose `previous_*` differed from what was stored.
    package let gaps: [String]
}

/// What a commit changed, for those who keep a view of the ledger in memory.
package struct CommitReport: Sendable {
    package var lines: [LineRecord] = []
    /// Hooks with something new to deliver.
    package var hooks: Set<String> = []
}
