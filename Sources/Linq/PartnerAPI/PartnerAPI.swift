package import Chrono
import Crypto
package import HTTPClient
import JSON
import Posix

/// Linq's Partner API, as far as lines, webhook subscriptions and audits go.
///
/// Every call is tried again within `patience`: after 429 when Linq says so (`error.retry_after`, `Retry-After`), after
/// 5xx and failures of the network with growing waits. Other 4xx are never tried again. What creates something
/// (`createSubscription`, `startAudit`) is not repeated after a failure that leaves open whether it took effect
/// (5xx, no complete answer): `PartnerError.mayHaveTakenEffect` tells.
package struct PartnerAPI: Sendable {
    package let access: PartnerAccess
    private let send: Send
    private let patience: Span
    private let timeout: Span
    private let waiting: PartnerWaiting
    private let onExchange: @Sendable (PartnerExchange) -> Void

    /// Bytes of an answer: some ten thousand lines.
    ///
    /// A longer one is an error, for a part of a list looks like a list.
    static let answerLimit = 16 << 20

    /// - Parameters:
    ///   - access: Where, and with which key.
    ///   - client: Sends the requests.
    ///   - patience: How long attempts may begin after the first one; zero: one attempt.
    ///   - timeout: For each attempt.
    ///   - waiting: Time and chance.
    ///   - onExchange: Hears of every attempt.
    package init(
        _ access: PartnerAccess,
        client: HTTPClient,
        patience: Span = .seconds(60),
        timeout: Span = .seconds(30),
        waiting: PartnerWaiting = .system,
        onExchange: @escaping @Sendable (PartnerExchange) -> Void = { _ in }
    ) {
        self.init(
            access,
            patience: patience,
            timeout: timeout,
            waiting: waiting,
            onExchange: onExchange,
            send: { request async throws(TransportError) in try await client.send(request) }
        )
    }

    typealias Send = @Sendable (OutgoingRequest) async throws(TransportError) -> IncomingResponse

    /// With another way to send, for tests that need no network.
    init(
        _ access: PartnerAccess,
        patience: Span,
        timeout: Span = .seconds(30),
        waiting: PartnerWaiting,
        onExchange: @escaping @Sendable (PartnerExchange) -> Void = { _ in },
        send: @escaping Send
    ) {
        self.access = access
        self.send = send
        self.patience = patience
        self.timeout = timeout
        self.waiting = waiting
        self.onExchange = onExchange
    }

    /// Makes a call and has its answer read.
    func ask<Answer>(
        _ call: PartnerCall,
        _ read: (AnswerReader) throws(AnswerReader.Fault) -> Answer
    ) async throws(PartnerError) -> Answer {
        let (response, trace) = try await perform(call)
        func unreadable(_ reason: String) -> PartnerError {
            var error = PartnerError(.unreadable, status: response.status, message: reason, traceID: trace)
            error.mayHaveTakenEffect = true
            return error
        }
        let root: JSON
        do {
            root = try JSON.parse(response.body)
        } catch {
            throw unreadable("it is not JSON: \(error.message) at byte \(error.offset)")
        }
        do throws(AnswerReader.Fault) {
            return try read(try AnswerReader(root, traceID: trace).object())
        } catch {
            throw unreadable(error.reason)
        }
    }

    /// Makes a call until it succeeds or there is no point in going on.
    func perform(_ call: PartnerCall) async throws(PartnerError) -> (IncomingResponse, traceID: String?) {
        let end = waiting.clock.steady() + patience
        var failures = 0
        while true {
            do throws(PartnerError) {
                let (response, trace) = try await attempt(call)
                report(call, trace, nil, nil)
                return (response, trace)
            } catch {
                failures += 1
                let wait = wait(after: error, failures, call)
                let isInTime = wait.map { waiting.clock.steady() + $0 <= end } ?? false
                guard let wait, isInTime else {
                    report(call, error.traceID, error, nil)
                    throw error
                }
                report(call, error.traceID, error, wait)
                await waiting.pause(wait)
                if Task.isCancelled { throw error }
            }
        }
    }

    private func attempt(_ call: PartnerCall) async throws(PartnerError) -> (IncomingResponse, String?) {
        var headers = [access.authentication, (name: "Accept", value: "application/json")]
        if call.body != nil { headers.append(("Content-Type", "application/json")) }
        let request = OutgoingRequest(
            method: call.method,
            url: access.baseURL + access.version.root + call.path,
            headers: headers,
            body: call.body?.bytes() ?? [],
            timeout: timeout,
            connectTimeout: min(timeout, .seconds(10)),
            responseLimit: Self.answerLimit,
            isSentOnce: !call.isRepeatable
        )
        let response: IncomingResponse
        do throws(TransportError) {
            response = try await send(request)
        } catch {
            throw .transport(error, host: (try? WebAddress(access.baseURL))?.host ?? access.baseURL)
        }
        let answer = ErrorAnswer(response: response, key: access.key, now: waiting.clock.now())
        guard 200..<300 ~= response.status else { throw answer.error }
        guard !response.isTruncated else {
            let reason = "it is longer than \(Self.answerLimit >> 20) MiB"
            throw PartnerError(.unreadable, status: response.status, message: reason, traceID: answer.trace)
        }
        return (response, answer.trace)
    }

    /// How long to wait before the next attempt; nil: there should be none.
    private func wait(after error: PartnerError, _ failures: Int, _ call: PartnerCall) -> Span? {
        let backoff = waiting.backoff(failures: failures)
        switch error.kind {
        case .unreadable, .unsupported: return nil
        case .transport(.cancelled), .transport(.invalidURL), .transport(.invalidRequest): return nil
        case .transport:
            return call.isRepeatable || !error.mayHaveTakenEffect ? backoff : nil
        case .answered:
            if error.status == 429 { return error.retryAfter ?? backoff }
            guard error.isUnavailable, call.isRepeatable else { return nil }
            return max(backoff, error.retryAfter ?? .zero)
        }
    }

    private func report(_ call: PartnerCall, _ trace: String?, _ error: PartnerError?, _ retryIn: Span?) {
        let name = "\(call.method) \(access.version.root)\(call.path)"
        onExchange(PartnerExchange(call: name, traceID: trace, error: error, retryIn: retryIn))
    }
}
