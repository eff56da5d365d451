import Chrono
import Crypto
import HTTPClient
import Posix
import Synchronization
import TestSupport

@testable import Linq

/// A Linq without a network: answers come from a script, and waiting only moves the clock.
final class Wire: Sendable {
    typealias Reply = Result<IncomingResponse, TransportError>

    static let key = "the-key-hunter2"

    private struct State {
        var script: [Reply]
        var requests: [OutgoingRequest] = []
        var waits: [Span] = []
        var exchanges: [PartnerExchange] = []
    }

    private let state: Mutex<State>
    private let time = FakeClock()
    private let random: Double
    private let version: PartnerAccess.Version

    /// - Parameters:
    ///   - script: The answers in their order; the last one stays.
    ///   - version: Of the API.
    ///   - random: What chance always says.
    init(_ script: Reply..., version: PartnerAccess.Version = .v3, random: Double = 0) {
        state = Mutex(State(script: script))
        self.random = random
        self.version = version
    }

    var requests: [OutgoingRequest] { state.withLock { $0.requests } }
    var waits: [Span] { state.withLock { $0.waits } }
    var exchanges: [PartnerExchange] { state.withLock { $0.exchanges } }
    var now: Timestamp { time.clock.now() }

    func api(patience: Span = .minutes(1)) throws -> PartnerAPI {
        let waiting = PartnerWaiting(
            clock: time.clock,
            pause: { span in
                self.state.withLock { $0.waits.append(span) }
                self.time.advance(span)
            },
            random: { self.random }
        )
        return PartnerAPI(
            try PartnerAccess(version: version, key: Secret(Self.key)),
            patience: patience,
            waiting: waiting,
            onExchange: { exchange in self.state.withLock { $0.exchanges.append(exchange) } },
            send: { request async throws(TransportError) in try self.answer(request).get() }
        )
    }

    private func answer(_ request: OutgoingRequest) -> Reply {
        state.withLock { state in
            state.requests.append(request)
            return state.script.count > 1 ? state.script.removeFirst() : state.script[0]
        }
    }
}

extension Wire.Reply {
    static func status(_ status: Int, _ body: String = "", headers: [(String, String)] = []) -> Wire.Reply {
        .success(
            IncomingResponse(status: status, headers: headers.map { (name: $0.0, value: $0.1) }, body: Array(body.utf8))
        )
    }

    static func ok(_ body: String) -> Wire.Reply { .status(200, body) }
}

/// What an answer is taken for; nil when it is read.
func failure<Answer>(_ call: () async throws(PartnerError) -> Answer) async -> PartnerError? {
    do throws(PartnerError) {
        _ = try await call()
        return nil
    } catch {
        return error
    }
}
