import Chrono
import Crypto
import HTTPWire
import Metrics
import Posix

/// Accepts connections and serves them, all on one Dispatch queue: a connection lives and dies here.
actor EventLoop {
    /// How long accepting rests when descriptors or memory have run out, in nanoseconds.
    private static let exhaustionPause: UInt64 = 100_000_000

    private nonisolated let executor: QueueExecutor
    private nonisolated let answers = Inbox<Answer>()
    private let handler: any RequestHandler
    private let limits: ServerLimits
    private let clock: Clock
    private let instruments: HTTPServer.Instruments
    private let tls: TLSCertificate?
    private let addresses: AddressBook
    private let acceptor: Acceptor
    private let report: @Sendable (ServerTrouble) -> Void
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    private var listeners: [(socket: SharedDescriptor, source: EventSource)] = []
    private var connections: [UInt64: Connection] = [:]
    private var lastID: UInt64 = 0
    private var wheel: DeadlineWheel
    private var ticker: EventSource?
    private var pause: EventSource?
    private var date = DateField()
    private var stopped: (() -> Void)?
    private var isStopping = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        name: String,
        handler: any RequestHandler,
        limits: ServerLimits,
        clock: Clock,
        instruments: HTTPServer.Instruments,
        tls: TLSCertificate?,
        addresses: AddressBook,
        report: @escaping @Sendable (ServerTrouble) -> Void
    ) {
        executor = QueueExecutor(label: name)
        self.handler = handler
        self.limits = limits
        self.clock = clock
        self.instruments = instruments
        self.tls = tls
        self.addresses = addresses
        self.report = report
        acceptor = Acceptor(instruments: instruments, report: report)
        wheel = DeadlineWheel(now: clock.steady())
    }

    isolated deinit { buffer.deallocate() }

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
    func stop(within span: Span) async {
        isStopping = true
        // What the kernel has already accepted for us is served, not reset.
        for listener in listeners { accept(listener.socket) }
        listeners = []
        pause = nil
        for connection in connections.values where connection.state.isIdle { close(connection) }
        let patience = EventSource.after(nanoseconds: UInt64(max(0, span.microseconds)) * 1_000, on: executor) {
            [weak self] in self?.assumeIsolated { $0.closeAll() }
        }
        if !connections.isEmpty {
            await withCheckedContinuation { continuation in stopped = { continuation.resume() } }
        }
        withExtendedLifetime(patience) {}
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
        instruments.accepted.add()
        if let limit = addresses.enter(peer) {
            instruments.limited.add(1, limit)
            report(.limited(limit, peer))
            return acceptor.turnAway(socket, isEnciphered: tls != nil, date: date.text(at: clock.now()))
        }
        // Without memory for a session there is none for anything else either.
        guard let transport = Transport(socket, peer, tls) else { return addresses.leave(peer) }
        lastID += 1
        let id = lastID
        let state = ConnectionState(limits: limits, now: clock.steady(), shakesHands: transport.isEnciphered)
        let connection = Connection(id: id, peer: peer, socket: socket, transport: transport, state: state)
        connection.readable = EventSource.readable(socket, on: executor) { [weak self] in
            self?.assumeIsolated { $0.serve(id) }
        }
        connections[id] = connection
        instruments.open.add(1)
        wheel.add(id, deadline: state.deadline)
        if ticker == nil {
            ticker = EventSource.every(nanoseconds: DeadlineWheel.tick, on: executor) { [weak self] in
                self?.assumeIsolated { $0.expire() }
            }
        }
    }

    /// Something has arrived, or there is room again.
    private func serve(_ id: UInt64) {
        guard let connection = connections[id] else { return }
        if proceed(connection, connection.read(into: buffer, now: clock.steady())) { advance(connection) }
    }

    private func takeAnswers() {
        for answer in answers.takeAll() {
            guard let connection = connections[answer.connection], connection.state.exchange == answer.exchange else {
                continue
            }
            connection.state.answer(answer.response, date: date.text(at: clock.now()), now: clock.steady())
            advance(connection)
        }
    }

    /// Does what the connection's state asks for, until it must wait for something.
    private func advance(_ connection: Connection) {
        while true {
            switch connection.state.next(now: clock.steady(), date: date.text(at: clock.now()), isStopping: isStopping)
            {
            case .wait:
                guard connection.hasUnreadBytes else { return settle(connection) }
                guard proceed(connection, connection.read(into: buffer, now: clock.steady())) else { return }
            case .close: return close(connection)
            case .refuse(let code):
                instruments.refused.add(1, code)
            case .flush:
                guard proceed(connection, connection.write()) else { return }
                connection.writable = nil
                if connection.state.flushed(now: clock.steady()) {
                    connection.transport.finishWriting(connection.socket)
                }
            case .handle(let request):
                let reply = Reply(loop: self, connection: connection.id, exchange: connection.state.exchange)
                if let response = handler.handle(request, from: connection.peer, reply: reply) {
                    connection.state.answer(response, date: date.text(at: clock.now()), now: clock.steady())
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
            if !reason.isEmpty { instruments.tlsFailures.add(1, reason) }
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
        if deadline < connection.looksAgain {
            connection.looksAgain = deadline
            wheel.add(connection.id, deadline: deadline)
        }
    }

    private func expire() {
        let now = clock.steady()
        for id in wheel.advance(to: now) {
            guard let connection = connections[id] else { continue }
            if connection.state.deadline <= now {
                if let limit = connection.state.expire(now: now, date: date.text(at: clock.now())) {
                    instruments.timeouts.add(1, limit)
                }
                advance(connection)
            }
            // An entry that an earlier one made needless leads nowhere.
            if connections[id] != nil, connection.looksAgain <= now {
                connection.looksAgain = connection.state.deadline
                wheel.add(id, deadline: connection.looksAgain)
            }
        }
        if connections.isEmpty { ticker = nil }
    }

    private func close(_ connection: Connection) {
        connection.readable = nil
        connection.writable = nil
        if connections.removeValue(forKey: connection.id) != nil {
            instruments.open.add(-1)
            addresses.leave(connection.peer)
        }
        if isStopping, connections.isEmpty {
            stopped?()
            stopped = nil
        }
    }

    private func closeAll() { connections.values.forEach(close) }
}
