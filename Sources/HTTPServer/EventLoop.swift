import Chrono
import Crypto
import HTTPWire
import Metrics
import Posix

/// Accepts connections and serves them, all on one Dispatch queue: a connection lives and dies here.
actor EventLoop {
    /// How long accepting rests when descriptors or memory have run out, in nanoseconds.
    private static let exhaustionPause: UInt64 = 100_000_000
    /// How long connections that idle are kept open for a last request when a successor follows, in nanoseconds.
    private static let handOverGrace: UInt64 = 1_000_000_000
    /// How long a connection that was turned away is kept, so that its peer can read why, in nanoseconds.
    private static let farewellTime: UInt64 = 250_000_000

    private nonisolated let executor: QueueExecutor
    private nonisolated let answers = Inbox<Answer>()
    private let context: ServerContext
    private let acceptor: Acceptor
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    private var listeners: [(socket: SharedDescriptor, source: EventSource)] = []
    private var connections: [UInt64: Connection] = [:]
    private var lastID: UInt64 = 0
    private var wheel: DeadlineWheel
    private var ticker: EventSource?
    private var pause: EventSource?
    private var date = DateField()
    private var stopped: (() -> Void)?
    private var phase = ServerPhase.serving

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(name: String, context: ServerContext) {
        executor = QueueExecutor(label: name)
        self.context = context
        acceptor = Acceptor(instruments: context.instruments, report: context.report)
        wheel = DeadlineWheel(now: context.clock.steady())
    }

    isolated deinit { buffer.deallocate() }

    /// Whether the loop still turns.
    nonisolated var pulse: Pulse { Pulse(executor.label, on: executor) }

    /// Begins to accept connections from a listening socket.
    func listen(_ socket: SharedDescriptor) {
        let source = EventSource.readable(socket, on: executor) { [weak self] in
            self?.assumeIsolated { $0.accept(socket) }
        }
        listeners.append((socket, source))
    }

    /// Takes an answer from anywhere.
    nonisolated func answer(_ answer: Answer) {
        if answers.push(answer) { executor.run { self.assumeIsolated { $0.takeAnswers() } } }
    }

    /// Accepts nothing more, lets requests under way finish until the deadline, and closes everything.
    ///
    /// `handingOver`: a successor accepts from the same sockets. What waits there is left to it, and connections that idle
    /// are closed only after a while: a request that is on its way on one of them would be lost.
    func stop(within span: Span, handingOver: Bool) async {
        phase = handingOver ? .handingOver : .stopping
        // What the kernel has already accepted for us is served, not reset.
        if !handingOver { for listener in listeners { accept(listener.socket) } }
        listeners = []
        pause = nil
        if !handingOver { closeIdle() }
        let grace = EventSource.after(nanoseconds: Self.handOverGrace, on: executor) { [weak self] in
            self?.assumeIsolated { $0.closeIdle() }
        }
        let patience = EventSource.after(nanoseconds: span.nanoseconds, on: executor) { [weak self] in
            self?.assumeIsolated { $0.closeAll() }
        }
        if !connections.isEmpty {
            await withCheckedContinuation { continuation in stopped = { continuation.resume() } }
        }
        withExtendedLifetime((grace, patience)) {}
    }

    private func closeIdle() {
        // One that seems idle may have sent a request that was not read yet; closing it unread would reset it.
        for connection in connections.values where connection.state.isIdle {
            serve(connection.id)
            if connection.state.isIdle { close(connection) }
        }
    }

    private func accept(_ listener: SharedDescriptor) {
        let (accepted, mustRest) = acceptor.take(listener)
        for (socket, peer) in accepted { add(socket, peer) }
        if mustRest { restAccepting() }
    }

    private func restAccepting() {
        listeners.forEach { $0.source.suspend() }
        pause = EventSource.after(nanoseconds: Self.exhaustionPause, on: executor) { [weak self] in
            self?.assumeIsolated { loop in loop.listeners.forEach { $0.source.resume() } }
        }
    }

    private func add(_ socket: SharedDescriptor, _ peer: PeerAddress) {
        context.instruments.accepted.add()
        if let limit = context.addresses.enter(peer) {
            context.instruments.limited.add(1, limit)
            context.report(.limited(limit, peer))
            // Closed at once, with a request unread, it would be reset, and the answer lost (RFC 9112, section 9.6).
            executor.run(after: Self.farewellTime) { withExtendedLifetime(socket) {} }
            return acceptor.turnAway(socket, isEnciphered: context.tls != nil, date: httpDate)
        }
        // Without memory for a session there is none for anything else either.
        guard let transport = Transport(socket, peer, context.tls) else { return context.addresses.leave(peer) }
        lastID += 1
        let id = lastID
        let state = ConnectionState(limits: context.limits, now: now, shakesHands: transport.isEnciphered)
        let connection = Connection(id: id, peer: peer, socket: socket, transport: transport, state: state)
        connection.readable = EventSource.readable(socket, on: executor) { [weak self] in
            self?.assumeIsolated { $0.serve(id) }
        }
        connections[id] = connection
        context.instruments.open.add(1)
        connection.looksAgain = wheel.add(id, deadline: state.deadline)
        if ticker == nil {
            ticker = EventSource.every(nanoseconds: DeadlineWheel.tick, on: executor) { [weak self] in
                self?.assumeIsolated { $0.expire() }
            }
        }
    }

    /// Something has arrived, or there is room again.
    private func serve(_ id: UInt64) {
        guard let connection = connections[id] else { return }
        if proceed(connection, connection.read(into: buffer, now: now)) { advance(connection) }
    }

    private func takeAnswers() {
        for answer in answers.takeAll() {
            guard let connection = connections[answer.connection], connection.state.exchange == answer.exchange else {
                if case .opening(_, let ended) = answer.content { ended() }
                continue
            }
            connection.take(answer.content, date: httpDate, now: now, phase: phase)
            advance(connection)
        }
    }

    /// Does what the connection's state asks for, until it must wait for something.
    private func advance(_ connection: Connection) {
        while true {
            switch connection.state.next(now: now, date: httpDate, phase: phase) {
            case .wait:
                if connection.shouldReadOn {
                    // Behind the others: one that sends fast must not have the loop to itself.
                    let id = connection.id
                    executor.run { [weak self] in self?.assumeIsolated { $0.serve(id) } }
                }
                return settle(connection)
            case .close: return close(connection)
            case .refuse(let code):
                context.instruments.refused.add(1, code)
            case .flush:
                guard proceed(connection, connection.write()) else { return }
                connection.writable = nil
                if connection.state.flushed(now: now) {
                    connection.transport.finishWriting(connection.socket)
                }
            case .handle(let request):
                let reply = Reply(loop: self, connection: connection.id, exchange: connection.state.exchange)
                if let response = context.handler.handle(request, from: connection.peer, reply: reply) {
                    connection.state.answer(response, date: httpDate, now: now, phase: phase)
                }
            }
        }
    }

    /// Whether to go on after bytes were moved.
    ///
    /// Else the connection waits for room, or is closed.
    private func proceed(_ connection: Connection, _ flow: Connection.Flow) -> Bool {
        switch flow {
        case .done: return true
        case .needsRoom:
            let id = connection.id
            if connection.writable == nil {
                connection.writable = EventSource.writable(connection.socket, on: executor) { [weak self] in
                    self?.assumeIsolated { $0.serve(id) }
                }
            }
            settle(connection)
            return false
        case .broken(let reason):
            if !reason.isEmpty { context.instruments.tlsFailures.add(1, reason) }
            close(connection)
            return false
        }
    }

    private func settle(_ connection: Connection) {
        // Reading is level-triggered: a source whose bytes nobody takes would call again at once.
        if connection.state.wantsBytes { connection.readable?.resume() } else { connection.readable?.suspend() }
        lookAgain(connection)
    }

    /// The wheel finds deadlines that move away by itself; one that comes nearer has to be put in anew.
    private func lookAgain(_ connection: Connection) {
        let deadline = connection.state.deadline
        if deadline + DeadlineWheel.tickSpan < connection.looksAgain {
            connection.looksAgain = wheel.add(connection.id, deadline: deadline)
        }
    }

    private func expire() {
        let now = self.now
        for id in wheel.advance(to: now) {
            guard let connection = connections[id] else { continue }
            if connection.state.deadline <= now {
                if let limit = connection.state.expire(now: now, date: httpDate) {
                    context.instruments.timeouts.add(1, limit)
                }
                advance(connection)
            }
            // An entry that an earlier one made needless leads nowhere.
            if connections[id] != nil, connection.looksAgain <= now {
                connection.looksAgain = wheel.add(id, deadline: connection.state.deadline)
            }
        }
        if connections.isEmpty { ticker = nil }
    }

    private func close(_ connection: Connection) {
        connection.transport.sayGoodbye()
        connection.ended?()
        connection.ended = nil
        connection.readable = nil
        connection.writable = nil
        if connections.removeValue(forKey: connection.id) != nil {
            context.instruments.open.add(-1)
            context.addresses.leave(connection.peer)
        }
        if phase != .serving, connections.isEmpty {
            stopped?()
            stopped = nil
        }
    }

    private func closeAll() { connections.values.forEach(close) }

    private var now: Steady { context.clock.steady() }
    private var httpDate: String { date.text(at: context.clock.now()) }
}
