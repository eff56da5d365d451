package import Chrono
package import Lines

/// One attempt to deliver a message.
package struct Attempt: Sendable {
    /// The delivery's id: the same on every attempt, so that a receiver can tell a repetition.
    package let id: String
    /// The message's type, such as `line.paused`.
    package let type: String
    package let line: PhoneNumber?
    /// What `render` made when the message was planned.
    package let payload: [UInt8]
    /// When this attempt is made.
    package let now: Timestamp

    package init(id: String, type: String, line: PhoneNumber?, payload: [UInt8], now: Timestamp) {
        self.id = id
        self.type = type
        self.line = line
        self.payload = payload
        self.now = now
    }
}

/// How an attempt ended.
///
/// Every failure says whether to try again, and gives a short label for metrics.
package enum Outcome: Sendable, Hashable {
    case delivered(Answer)
    /// To be tried again; after this time, where the receiver asked for it: then nothing else is sent to it before.
    case retry(after: Span?, Failure)
    /// This message will never be taken as it is; others may be.
    case failed(Failure)
    /// Nothing will be taken until an operator acts: the address, the key or the program is not right (any more).
    case broken(Failure)
}

/// What a receiver said to a message that it took.
package struct Answer: Sendable, Hashable {
    /// One line, without secrets: `HTTP 202`.
    package let description: String
    /// What it said at length, such as a program's output; nil: nothing.
    package let detail: String?
    /// Whether people should hear of it although the message was taken.
    package let isRemarkable: Bool

    package init(_ description: String, detail: String? = nil, isRemarkable: Bool = false) {
        self.description = description
        self.detail = detail
        self.isRemarkable = isRemarkable
    }
}

/// What went wrong with an attempt.
package struct Failure: Sendable, Hashable, CustomStringConvertible {
    /// For metrics: `timeout`, `http_500`, `no_service`.
    package let label: String
    /// For people, one line; without secrets.
    package let description: String
    /// What was said at length, such as a program's output; nil: nothing.
    package let detail: String?
    /// Whether the message may have been taken all the same, as after an answer that never came.
    ///
    /// A page that certainly did not arrive need not be taken back when its incident closes.
    package let mayHaveArrived: Bool

    package init(_ label: String, _ description: String, detail: String? = nil, mayHaveArrived: Bool = false) {
        self.label = label
        self.description = description
        self.detail = detail
        self.mayHaveArrived = mayHaveArrived
    }
}

/// A line that a hook should be holding back, as the ledger knows it.
package struct HeldLine: Sendable, Hashable {
    package let line: PhoneNumber
    package let payload: [UInt8]

    package init(line: PhoneNumber, payload: [UInt8]) {
        self.line = line
        self.payload = payload
    }
}

/// Something that messages are delivered to.
package protocol Hook: Sendable {
    /// Puts a message into this hook's form. Called inside the ledger's transaction: pure, quick, without I/O.
    func render(_ message: Message) -> [UInt8]
    /// Makes one attempt, and ends by itself within the hook's timeout.
    func deliver(_ attempt: Attempt) async -> Outcome
    /// Looks whether the receiver can be reached, and sends it nothing; ends by itself within the hook's timeout.
    func probe() async -> Reach
    /// Brings what the hook keeps outside the ledger into agreement with it; called on start.
    func restore(_ held: [HeldLine]) async -> Failure?
    /// Cuts off what is still under way, and leaves nothing behind; called when no more is delivered through this hook.
    ///
    /// An attempt that is cut off is to be tried again, labelled `cancelled`.
    func close() async
    /// Whether what ends an incident must go where its beginning went, whatever the configuration says by now.
    var followsOpening: Bool { get }
    /// A payload as it must be to follow the incident's first one that went out through this hook.
    func readdress(_ payload: [UInt8], like opening: [UInt8]) -> [UInt8]
    /// Attempts that may be under way at once.
    var concurrency: Int { get }
    /// Whether pages that come together can be one message (`Message.group`).
    var groupsPages: Bool { get }
    /// Whether it shows why a line is paused, and must hear when the reasons change although the decision does not.
    var showsReasons: Bool { get }
}

extension Hook {
    package func probe() async -> Reach { .unknown }
    package func restore(_ held: [HeldLine]) async -> Failure? { nil }
    package func close() async {}
    package var followsOpening: Bool { false }
    package func readdress(_ payload: [UInt8], like opening: [UInt8]) -> [UInt8] { payload }
    package var concurrency: Int { 8 }
    package var groupsPages: Bool { true }
    package var showsReasons: Bool { false }
}
