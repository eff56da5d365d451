import CCurl
package import Chrono
package import Posix

/// Sends requests, each within its deadline, over connections that are kept and used again.
///
/// libcurl does the work on one Dispatch queue, on which it never waits: a thousand peers that hang cost a thousand
/// timers and no thread. At most `requestsPerHost` requests go to one host at a time, the others wait for them, within
/// their own deadlines. (Looking up a name does take a thread for as long as it lasts, one per request under way.)
///
/// Mails go the same way, by SMTP.
///
/// Always: http and https (smtp and smtps for mails) only, certificates verified, redirects returned and not followed,
/// no proxy, no cookies, no compression, nothing read from the environment. A request is sent again only when a kept
/// connection turned out to be closed before a byte came back, and never one with `isSentOnce`.
package actor HTTPClient {
    /// Requests that are on the way to one host (name and port, or Unix socket) at a time.
    package static let requestsPerHost = 8

    private enum State {
        case unused
        case open(MultiHandle)
        case closed
    }

    private nonisolated let executor = QueueExecutor(label: "linewarden.http-client")
    /// Up once the client is closed: a mail sees it while it keeps the queue to itself.
    private nonisolated let closing = StopSign()
    private let userAgent: String?
    private let clock: Clock
    private var state = State.unused
    private var transfers: [UInt64: Transfer] = [:]
    private var running: [UnsafeMutableRawPointer: UInt64] = [:]
    private var queue = HostQueue(limit: HTTPClient.requestsPerHost)
    private var lastID: UInt64 = 0

    /// Whether transfers are still looked after.
    package nonisolated var pulse: Pulse { Pulse("HTTP client", on: executor) }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - userAgent: The `User-Agent` of requests that do not name one, such as `linewarden/1.0`; nil: none, as for mails, which
    ///     have no such thing.
    ///   - clock: Only measures durations; deadlines are the system's timers.
    package init(userAgent: String? = nil, clock: Clock = .system) {
        self.userAgent = userAgent
        self.clock = clock
    }

    // Curl's handles go where they were used.
    isolated deinit { endAll() }

    /// Sends a request and waits for the whole response, of whatever status.
    ///
    /// - Throws: `TransportError` when there is none; `cancelled` at once when the task is cancelled.
    package func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
        if Task.isCancelled { throw .cancelled }
        let multi = try open()
        let transfer = try RequestTransfer(id: nextID(), request, userAgent: userAgent, now: clock.steady())
        let code = try await run(transfer, within: request.timeout, multi).get()
        return try transfer.response(code, now: clock.steady())
    }

    /// Hands a mail to its server and waits for its reply.
    ///
    /// libcurl waits for the reply to the mail, and for the one to QUIT, in the way: nothing else on this client goes
    /// on meanwhile, so mails deserve a client of their own.
    ///
    /// - Throws: `MailFault` when there was no reply that counts.
    package func send(_ mail: OutgoingMail) async throws(MailFault) -> MailReply {
        let multi: MultiHandle
        let transfer: MailTransfer
        do throws(TransportError) {
            if Task.isCancelled { throw .cancelled }
            multi = try open()
            transfer = try MailTransfer(id: nextID(), mail, closing: closing, clock: clock)
        } catch {
            throw MailFault(cause: error, mayHaveArrived: false)
        }
        return try transfer.reply(await run(transfer, within: mail.timeout, multi))
    }

    /// Connects to where a URL leads, TLS included, and sends nothing.
    ///
    /// - Throws: `TransportError` when that does not succeed.
    package func reach(_ url: String, within timeout: Span) async throws(TransportError) {
        var request = OutgoingRequest(method: "HEAD", url: url, timeout: timeout)
        request.endsConnected = true
        _ = try await send(request)
    }

    /// Connects to a mail's server, STARTTLS and login included, and offers it nothing.
    ///
    /// `accepted` says that the mail could be offered.
    ///
    /// - Throws: `MailFault` when there was no connection.
    package func reachServer(of mail: OutgoingMail) async throws(MailFault) -> MailReply {
        var mail = mail
        mail.endsLoggedIn = true
        return try await send(mail)
    }

    private func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    private func run(_ transfer: Transfer, within timeout: Span, _ multi: MultiHandle) async -> Transfer.Ending {
        let (id, stopSign) = (transfer.id, transfer.stopSign)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.continuation = continuation
                enter(transfer, within: timeout, multi)
            }
        } onCancel: {
            stopSign.raise()
            executor.run { self.assumeIsolated { $0.end(id, .failure(.cancelled)) } }
        }
    }

    /// Ends all requests as cancelled and closes all connections; every later request is cancelled at once.
    package nonisolated func close() async {
        closing.raise()
        await endAll()
    }

    private func endAll() {
        // The newest first, so that none that waits is started for a moment.
        for id in transfers.keys.sorted(by: >) { end(id, .failure(.cancelled)) }
        state = .closed
    }

    private func open() throws(TransportError) -> MultiHandle {
        switch state {
        case .open(let multi): return multi
        case .closed: throw .cancelled
        case .unused:
            let multi = try MultiHandle(on: executor) { [weak self] event in
                self?.assumeIsolated { $0.handle(event) }
            }
            state = .open(multi)
            return multi
        }
    }

    private func enter(_ transfer: Transfer, within timeout: Span, _ multi: MultiHandle) {
        let id = transfer.id
        transfers[id] = transfer
        transfer.deadline = .after(nanoseconds: timeout.nanoseconds, on: executor) { [weak self] in
            self?.assumeIsolated { $0.end(id, .failure(.timeout(timeout))) }
        }
        if queue.enter(id, host: transfer.lane) { start(transfer, multi) }
    }

    private func start(_ transfer: Transfer, _ multi: MultiHandle) {
        do throws(TransportError) {
            try (transfer as? MailTransfer)?.limit()
            try multi.add(transfer.handle)
            running[transfer.handle.raw] = transfer.id
        } catch {
            end(transfer.id, .failure(error))
        }
    }

    private func handle(_ event: MultiHandle.Event) {
        guard case .open(let multi) = state else { return }
        finish(multi.handle(event))
    }

    private func finish(_ completions: [MultiHandle.Completion]) {
        for completion in completions {
            guard let id = running[completion.easy] else { continue }
            switch completion.result {
            case .success(let code): end(id, .success(code))
            case .failure(let error): end(id, .failure(.unreachable(error.description)))
            }
        }
    }

    /// Ends a transfer that has not ended yet, and starts the one that waited for it.
    ///
    /// Never called from within curl, which must not be entered twice.
    private func end(_ id: UInt64, _ ending: Transfer.Ending) {
        guard case .open(let multi) = state, let transfer = transfers[id] else { return }
        if case .failure(let reason) = ending, transfer.endsItself, running[transfer.handle.raw] != nil,
            transfer.reasonToStop == nil
        {
            transfer.reasonToStop = reason
            finish(multi.nudge(transfer.handle))
            if transfers[id] == nil { return }
        }
        transfers[id] = nil
        transfer.deadline = nil
        if running.removeValue(forKey: transfer.handle.raw) != nil { multi.remove(transfer.handle) }
        transfer.continuation?.resume(returning: ending)
        if let next = queue.leave(id, host: transfer.lane), let waiting = transfers[next] { start(waiting, multi) }
    }
}
