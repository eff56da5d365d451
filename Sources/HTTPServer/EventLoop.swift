import Chrono
import Crypto
import HTTPWire
import Metrics
import Posix

/// Accepts connections and serves them, all on one Dispatch queue: a connection lives and dies here.
///
/// One poller watches all of them, and one lookout the poller: a wake-up serves whoever is ready.
actor EventLoop {
    /// How long accepting rests when descriptors or memory have run out, in nanoseconds.
    private static let exhaustionPause: UInt64 = 100_000_000
    /// How long a connection that was turned away is kept, so that its peer can read why, in nanoseconds.
    private static let farewellTime: UInt64 = 250_000_000

    nonisolated let executor: QueueExecutor
    private nonisolated let answers = Inbox<Answer>()
    /// Connections served in one turn, about; then listeners, timers and the watchdog have theirs.
    ///
    /// While few are ready, a turn spares those who come meanwhile the way through the lookout.
    private static let turn = 128

    let context: ServerContext
    private let acceptor: Acceptor
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    private let poller: Poller
    private var lookout: Lookout?
    var listeners: [(socket: SharedDescriptor, source: EventSource)] = []
    var connections = Slab<Connection>()
    var wheel: DeadlineWheel
    var ticker: EventSource?
    var pause: EventSource?
    private var date = DateField()
    /// When the present turn began, or its latest look at the poller; and the same for the Date field.
    var now: Steady
    var httpDate = ""
    var stopped: (() -> Void)?
    var phase = ServerPhase.serving

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(name: String, context: ServerContext) throws(PosixError) {
        executor = QueueExecutor(label: name)
        self.context = context
        acceptor = Acceptor(instruments: context.instruments, report: context.report)
        poller = try Poller()
        now = context.clock.steady()
        wheel = DeadlineWheel(now: now)
    }

    isolated deinit { buffer.deallocate() }

    /// Whether the loop still turns.
    nonisolated var pulse: Pulse { Pulse(executor.label, on: executor) }

    /// Begins to accept connections from listening sockets, and to serve them.
    func listen(to sockets: [SharedDescriptor]) throws(PosixError) {
        lookout = try Lookout(poller.descriptor, on: executor) { [weak self] in
            self?.assumeIsolated { $0.serveWhoIsReady() }
        }
        listeners = sockets.map { socket in
            let source = EventSource.readable(socket, on: executor) { [weak self] in
                self?.assumeIsolated { $0.accept(socket) }
            }
            return (socket, source)
        }
    }

    /// Takes an answer from anywhere.
    ///
    /// `atOnce`: gives it on the caller's thread, if the loop rests.
    nonisolated func answer(_ answer: Answer, atOnce: Bool) {
        guard answers.push(answer) else { return }
        let body: @Sendable () -> Void = { self.assumeIsolated { $0.takeAnswers() } }
        if atOnce { executor.runAtOnce(body) } else { executor.run(body) }
    }

    func accept(_ listener: SharedDescriptor) {
        readClocks()
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
        let state = ConnectionState(limits: context.limits, now: now, shakesHands: transport.isEnciphered)
        let connection = connections.insert {
            Connection(id: $0, peer: peer, socket: socket, transport: transport, state: state)
        }
        context.instruments.open.add(1)
        guard (try? poller.add(socket, key: connection.id, for: connection.watched)) != nil else {
            return close(connection)
        }
        connection.looksAgain = wheel.add(connection.id, deadline: state.deadline)
        if ticker == nil {
            ticker = EventSource.every(nanoseconds: DeadlineWheel.tick, on: executor) { [weak self] in
                self?.assumeIsolated { $0.expire() }
            }
        }
    }

    /// Serves the connections that are ready, all of them in turn, and again those that are then.
    private func serveWhoIsReady() {
        var served = 0
        while served < Self.turn {
            let count = poller.look()
            if count == 0 { return }
            served += count
            readClocks()
            for index in 0..<count {
                let event = poller[index]
                guard let connection = connections[event.key] else { continue }
                // While nothing is read the poller would tell of it for ever, and no answer reaches the peer any more.
                if event.isHangUp, !connection.state.wantsBytes { close(connection) } else { serve(connection) }
            }
            takeAnswers()
        }
    }

    /// Something has arrived, or there is room again.
    func serve(_ connection: Connection) {
        connection.needsRoom = false
        if proceed(connection, connection.read(into: buffer, now: now)) { advance(connection) }
    }

    private func readOn(_ id: UInt64) {
        guard let connection = connections[id] else { return }
        readClocks()
        serve(connection)
    }

    private func takeAnswers() {
        let answers = answers.takeAll()
        if answers.isEmpty { return }
        readClocks()
        for answer in answers {
            guard let connection = connections[answer.connection], connection.state.exchange == answer.exchange else {
                if case .opening(_, let ended) = answer.content { ended() }
                continue
            }
            connection.take(answer.content, date: httpDate, now: now, phase: phase)
            advance(connection)
        }
    }

    /// Does what the connection's state asks for, until it must wait for something.
    func advance(_ connection: Connection) {
        while true {
            switch connection.state.next(now: now, date: httpDate, phase: phase) {
            case .wait:
                if connection.shouldReadOn {
                    // Behind the others: one that sends fast must not have the loop to itself.
                    let id = connection.id
                    executor.run { [weak self] in self?.assumeIsolated { $0.readOn(id) } }
                }
                return settle(connection)
            case .close: return close(connection)
            case .refuse(let code):
                context.instruments.refused.add(1, code)
            case .flush:
                guard proceed(connection, connection.write()) else { return }
                connection.needsRoom = false
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
            connection.needsRoom = true
            settle(connection)
            return false
        case .broken(let reason):
            if !reason.isEmpty { context.instruments.tlsFailures.add(1, reason) }
            close(connection)
            return false
        }
    }

    private func settle(_ connection: Connection) {
        let interest = connection.interest
        if interest != connection.watched {
            connection.watched = interest
            guard (try? poller.change(connection.socket, key: connection.id, to: interest)) != nil else {
                return close(connection)
            }
        }
        lookAgain(connection)
    }

    func close(_ connection: Connection) {
        connection.transport.sayGoodbye()
        connection.ended?()
        connection.ended = nil
        // Before the descriptor is closed: a number is used again.
        poller.remove(connection.socket)
        if connections.remove(connection.id) != nil {
            context.instruments.open.add(-1)
            context.addresses.leave(connection.peer)
        }
        if phase != .serving, connections.isEmpty {
            stopped?()
            stopped = nil
        }
    }

    /// Once for everything that is done at a time: nothing here takes so long that a deadline would be missed by it.
    func readClocks() {
        now = context.clock.steady()
        httpDate = date.text(at: context.clock.now())
    }
}
