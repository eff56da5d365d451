import Chrono
import HTTPServer
import HTTPWire
import Intake
import JSON
import Ledger
import Lines
import Posix
import Synchronization

/// Tells every decision as it is made to whoever listens at `/v1/stream`, so that a sender follows pauses within
/// milliseconds.
///
/// A reader that comes back is told what it missed, as far as that is remembered; else it is told how everything is now.
final class DecisionFeed: Sendable {
    /// Decisions that are remembered for readers who come back.
    static let memory = 1_000
    /// Readers at a time.
    static let readers = 256
    /// How often readers hear that the feed is alive, in nanoseconds.
    private static let beat: UInt64 = 15_000_000_000

    private struct State {
        var last: Int
        var recent: [(number: Int, bytes: [UInt8])] = []
        /// Of lines of which something is to be said; nearly all may send, and are not kept.
        var known: [PhoneNumber: Assessment] = [:]
        var readers: [Int: Reply] = [:]
        var nextReader = 0

        /// Takes over what a line is, and gives what it was.
        @discardableResult
        mutating func note(_ record: LineRecord) -> Assessment? {
            if record.assessment.causes.isEmpty { return known.removeValue(forKey: record.state.line) }
            return known.updateValue(record.assessment, forKey: record.state.line)
        }
    }

    private let board: GateBoard
    /// Tells this run's numbers from those of another.
    private let epoch: String
    private let state: Mutex<State>
    private let executor = QueueExecutor(label: "decision feed")
    private let heart = Mutex<EventSource?>(nil)

    init(board: GateBoard, clock: Clock) {
        self.board = board
        epoch = String(clock.now().microseconds, radix: 36)
        state = Mutex(State(last: 0))
    }

    /// Begins to tell readers that it is alive.
    func start() {
        let source = EventSource.every(nanoseconds: Self.beat, on: executor) { [weak self] in
            self?.state.withLock { state in state.readers.values.forEach { $0.push(ServerSentEvent.heartbeat) } }
        }
        heart.withLock { $0 = source }
    }

    /// What is so at the start is no news.
    func assume(_ records: [LineRecord]) {
        state.withLock { state in for record in records { state.note(record) } }
    }

    /// A commit has changed these lines; called in the order of the commits.
    func publish(_ records: [LineRecord]) {
        if records.isEmpty { return }
        state.withLock { state in
            for record in records {
                let before = state.note(record)
                if (before?.decision ?? .allowed, before?.reasons ?? [])
                    == (record.assessment.decision, record.assessment.reasons)
                {
                    continue
                }
                state.last += 1
                let event = ServerSentEvent(id: id(state.last), name: "decision", data: record.decision)
                let bytes = event.bytes
                state.recent.append((state.last, bytes))
                if state.recent.count > Self.memory * 2 { state.recent.removeFirst(Self.memory) }
                for reader in state.readers.values { reader.push(bytes) }
            }
        }
    }

    /// Lets somebody listen.
    ///
    /// `lastID`: the last event that the reader has seen, from its `Last-Event-ID`; nil: none.
    func listen(_ reply: Reply, lastID: String?) {
        state.withLock { state in
            if state.readers.count >= Self.readers {
                let refusal = Refusal(.serviceUnavailable, "too_many_readers", "\(Self.readers) listen already")
                return reply.send(SafeHeaders.added(to: refusal.response))
            }
            let number = state.nextReader
            state.nextReader += 1
            state.readers[number] = reply
            let start = missed(since: lastID, state) ?? snapshot(state)
            let headers: HTTPHeaders = [
                "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
            ]
            let response = HTTPResponse(.ok, headers: headers, body: start)
            // Never at once: the lock is held here.
            reply.open(SafeHeaders.added(to: response)) { [executor, weak self] in
                executor.run { [weak self] in self?.forget(number) }
            }
        }
    }

    /// Readers at the moment.
    var count: Int { state.withLock { $0.readers.count } }

    private func forget(_ reader: Int) { state.withLock { $0.readers[reader] = nil } }

    private func id(_ number: Int) -> String { "\(epoch)-\(number)" }

    /// What a reader missed; nil when that is not known any more, or never was.
    private func missed(since lastID: String?, _ state: State) -> [UInt8]? {
        guard let parts = lastID?.split(separator: "-"), parts.count == 2, parts[0] == epoch,
            let seen = Int(parts[1]), seen <= state.last
        else { return nil }
        if seen < state.last, state.recent.first.map({ $0.number > seen + 1 }) ?? true { return nil }
        // At least a word, so that the reader knows that it is connected.
        return ServerSentEvent.heartbeat + state.recent.filter { $0.number > seen }.flatMap(\.bytes)
    }

    /// Every line that may not send freely, as of the last event.
    private func snapshot(_ state: State) -> [UInt8] {
        let data = JSON.object([("lines", .array(board.restricted))])
        return ServerSentEvent(id: id(state.last), name: "snapshot", data: data).bytes
    }
}

extension LineRecord {
    /// What the feed tells of a line: the form of `/v1/gate/{line}`.
    fileprivate var decision: JSON {
        .object([
            ("phone_number", .string(state.line.description)),
            ("decision", .string(assessment.decision.rawValue)),
            ("reasons", .array(assessment.reasons.map(JSON.string))),
            ("since", .string(decisionSince.rfc3339)),
            ("incident", incident.map(JSON.string) ?? .null),
        ])
    }
}
