package import Chrono
package import Lines

/// A line as the ledger has it.
package struct LineRecord: Sendable, Hashable {
    package let state: LineState
    package let assessment: Assessment
    package let decisionSince: Timestamp
    /// The open incident's id.
    package let incident: String?
    /// Since when Linq's API lists it; nil: it does not.
    package var listedSince: Timestamp?
    /// Where the chain of evidence begins: the row of the newest event about the line.
    let lastEvent: Int64?
    /// The decision that was written down.
    ///
    /// Under new rules the assessment may already be another.
    let decision: Decision
}

/// One message to be written for a hook, rendered.
package struct DeliveryDraft: Sendable {
    package enum Channel: String, Sendable, Hashable, CaseIterable { case control, page, alert }

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
    /// The message in no hook's form; nil where it is never grouped or told by another hook.
    package let message: [UInt8]?
    /// How grave what a page tells of is: what silences go by.
    package let severity: Severity
    /// When the hook is to be told again if the incident lasts; nil: never.
    package let remindEvery: Span?

    package init(
        hook: String,
        channel: Channel,
        type: String,
        orderingKey: String,
        line: PhoneNumber?,
        incident: String?,
        event: String?,
        command: String?,
        payload: [UInt8],
        message: [UInt8]? = nil,
        severity: Severity = .critical,
        remindEvery: Span? = nil
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
        self.message = message
        self.severity = severity
        self.remindEvery = remindEvery
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
    package let channel: DeliveryDraft.Channel
    package let type: String
    package let orderingKey: String
    package let line: PhoneNumber?
    package let incident: String?
    package let event: String?
    package let payload: [UInt8]
    /// The message in no hook's form.
    package let message: [UInt8]?
    /// Since when it is tried: when it was written, or an operator had it sent again.
    package let createdAt: Timestamp
    /// Attempts that failed so far.
    package let attempts: Int
    /// Whether it carries others, which were made one message with it.
    package let isBundle: Bool
    /// Whether an attempt before this one may have arrived.
    package let mayHaveArrived: Bool
}

/// How an attempt ended.
package enum Settlement: Sendable {
    case delivered
    /// `mayHaveArrived`: whether the message may have been taken all the same.
    case retry(notBefore: Timestamp, error: String, mayHaveArrived: Bool = true)
    case dead(error: String, mayHaveArrived: Bool = true)
}

/// What is to be written down after an attempt besides how it ended.
package struct AttemptRecord: Sendable {
    package let at: Timestamp
    package let duration: Span
    /// `delivered`, `retry`, `failed` or `broken`.
    package let outcome: String
    /// What was answered, one line.
    package let answer: String
    /// What was answered at length, bounded.
    package let detail: String?

    package init(at: Timestamp, duration: Span, outcome: String, answer: String, detail: String?) {
        self.at = at
        self.duration = duration
        self.outcome = outcome
        self.answer = answer
        self.detail = detail
    }
}

/// What a lane has learnt about its hook.
package struct HookState: Sendable, Hashable {
    /// Nothing is sent before, because the receiver asked for that.
    package var notBefore: Timestamp
    /// Why nothing will be taken until an operator acts; nil while it is well.
    package var brokenReason: String?
    package var brokenSince: Timestamp?

    package init(notBefore: Timestamp, brokenReason: String? = nil, brokenSince: Timestamp? = nil) {
        self.notBefore = notBefore
        self.brokenReason = brokenReason
        self.brokenSince = brokenSince
    }
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
    /// It had a commit to itself: whoever is told of it keeps nobody else waiting.
    package var isAlone = false
}

/// What a commit changed, for those who keep a view of the ledger in memory.
package struct CommitReport: Sendable {
    package var lines: [LineRecord] = []
    /// Hooks with something new to deliver.
    package var hooks: Set<String> = []
}
