import Chrono
import HTTPWire
import Posix

/// What a connection is doing and may do next: bytes, answers and time in, steps out.
///
/// No input or output of its own.
struct ConnectionState {
    enum Stage: Equatable {
        /// TLS is being agreed on.
        case handshaking
        /// Waiting for a request, or for the rest of one.
        case reading
        /// A request is with the handler.
        case handling
        /// An answer is on its way to the peer.
        case flushing(then: After)
        /// An answer without an end has begun: it goes on as there is something to say, until one side closes.
        case streaming
        /// Refused and told so: what still arrives is thrown away until the peer closes. Closing at once would make the
        /// kernel send a reset, which can destroy the answer before the peer has read it (RFC 9112, section 9.6).
        case draining
        case closed
    }

    enum After: Equatable { case nextRequest, close, drain }

    enum Step {
        /// Nothing to do until something happens.
        case wait
        /// Write what is in `output`, then ask again.
        case flush
        /// A request was refused, for the reason with this code; ask again.
        case refuse(String)
        /// Give it to the handler; its answer goes to `answer`.
        case handle(HTTPRequest)
        case close
    }

    /// How long a refused peer may go on sending.
    private static let drainTime = Span.seconds(2)
    /// How often the speed of a body is looked at.
    static let rateInterval = Span.seconds(5)
    /// Bytes of a next request that are kept while one is handled.
    private static let pipelineBytes = 65_536
    /// An endless answer with nothing to write may rest.
    private static let streamTime = Span.days(365)

    var stage: Stage
    /// Bytes to be written.
    var output: [UInt8] = []
    /// Counts requests; the answer to an earlier one is too late.
    private(set) var exchange = 0
    /// When the present stage, or phase of reading, has lasted too long.
    var deadline: Steady
    private(set) var parser: RequestParser
    private var reading = RequestParser.Phase.idle
    var request: (version: HTTPVersion, isHead: Bool, keepAlive: Bool) = (.http11, false, false)
    private(set) var peerHasClosed = false
    private(set) var bodyBegan: Steady
    let limits: ServerLimits

    init(limits: ServerLimits, now: Steady, shakesHands: Bool = false) {
        self.limits = limits
        parser = RequestParser(limits: limits.message)
        stage = shakesHands ? .handshaking : .reading
        bodyBegan = now
        deadline = now + (shakesHands ? limits.handshakeTime : limits.idleTime)
    }

    /// TLS is agreed on; requests may come.
    mutating func handshakeFinished(now: Steady) {
        guard stage == .handshaking else { return }
        stage = .reading
        deadline = now + limits.idleTime
    }

    /// Whether it is between two requests, or before the first, with nothing of the next one there.
    var isIdle: Bool {
        stage == .handshaking || stage == .streaming || (stage == .reading && parser.phase == .idle)
    }

    /// Whether more bytes should be read now.
    var wantsBytes: Bool {
        if peerHasClosed { return false }
        switch stage {
        case .reading, .draining, .streaming: return true
        case .handling, .flushing: return parser.bufferedBytes < Self.pipelineBytes
        case .handshaking: return true
        case .closed: return false
        }
    }

    /// Takes bytes from the peer.
    mutating func receive(_ bytes: UnsafeRawBufferPointer) {
        if stage != .draining, stage != .streaming, stage != .closed { parser.append(bytes) }
    }

    /// The peer will send nothing more.
    ///
    /// It may still read: an answer under way is finished.
    mutating func peerClosed() {
        peerHasClosed = true
        if stage == .draining || stage == .streaming { stage = .closed }
    }

    /// What to do next.
    ///
    mutating func next(now: Steady, date: String, phase: ServerPhase) -> Step {
        switch stage {
        case .closed: return .close
        case .handshaking, .handling, .draining: return .wait
        case .flushing: return .flush
        case .streaming: return output.isEmpty ? .wait : .flush
        case .reading:
            // An interim answer that found no room goes first.
            if !output.isEmpty { return .flush }
        }
        do {
            switch try parser.next() {
            case .needsMoreBytes:
                if peerHasClosed || (phase == .stopping && parser.phase == .idle) { return close() }
                noteProgress(now)
                return .wait
            case .expectsContinue:
                noteProgress(now)
                output += HTTPResponse.continue100
                return .flush
            case .request(let whole):
                exchange += 1
                stage = .handling
                deadline = now + limits.handlerTime
                let keepAlive = whole.keepAlive && exchange < limits.requestsPerConnection && phase == .serving
                request = (whole.version, whole.method == "HEAD", keepAlive)
                if phase == .stopping {
                    answer(
                        .refusal(.serviceUnavailable, "stopping", "linewarden is stopping; try again"),
                        date: date,
                        now: now
                    )
                    return .flush
                }
                return .handle(whole)
            }
        } catch {
            refuse(.refusal(error.status, error.code, error.detail), date: date, now: now)
            return .refuse(error.code)
        }
    }

    /// Takes the answer to the request that `next` handed out.
    ///
    /// `phase`: a server that goes says with its last answer that it is the last (RFC 9112, section 9.6).
    mutating func answer(_ response: HTTPResponse, date: String, now: Steady, phase: ServerPhase = .serving) {
        guard stage == .handling else { return }
        if phase != .serving { request.keepAlive = false }
        response.serialize(
            into: &output,
            version: request.version,
            keepAlive: request.keepAlive,
            forHead: request.isHead,
            date: date
        )
        stage = .flushing(then: request.keepAlive ? .nextRequest : .close)
        deadline = now + limits.writeTime
    }

    /// All of `output` has been written.
    ///
    /// True: only the writing side is to be closed now.
    mutating func flushed(now: Steady) -> Bool {
        if stage == .streaming { deadline = now + Self.streamTime }
        guard case .flushing(let after) = stage else { return false }
        switch after {
        case .nextRequest:
            stage = .reading
            reading = .idle
            deadline = now + limits.idleTime
        case .close: stage = .closed
        case .drain:
            stage = peerHasClosed ? .closed : .draining
            deadline = now + Self.drainTime
        }
        return stage == .draining
    }

    mutating func refuse(_ response: HTTPResponse, date: String, now: Steady) {
        request = (.http11, false, false)
        stage = .handling
        answer(response, date: date, now: now)
        stage = .flushing(then: .drain)
    }

    private mutating func close() -> Step {
        stage = .closed
        return .close
    }

    /// Moves the deadline when reading has come to another phase.
    ///
    /// Within a phase it stands: trickling bytes buys no time.
    private mutating func noteProgress(_ now: Steady) {
        if parser.phase == reading { return }
        reading = parser.phase
        switch reading {
        case .idle: deadline = now + limits.idleTime
        case .head: deadline = now + limits.headerTime
        case .body:
            bodyBegan = now
            deadline = now + min(Self.rateInterval, limits.bodyTime)
        }
    }
}
