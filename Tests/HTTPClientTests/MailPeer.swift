import Posix

/// A mail server for tests on the loopback interface, in the clear: answers each command as it was told.
actor MailPeer {
    private final class Connection {
        let socket: SharedDescriptor
        var bytes: [UInt8] = []
        var isInMail = false
        var readable: EventSource?

        init(_ socket: SharedDescriptor) { self.socket = socket }
    }

    nonisolated let port: UInt16
    /// Every command so far; a whole mail, as it came, is one that begins with a line break.
    private(set) var commands: [String] = []
    /// What came of a mail that has not ended.
    private(set) var unfinished: [UInt8] = []
    /// Connections that the client has closed.
    private(set) var closed = 0
    /// How often it had nothing to say, and the client waits.
    private(set) var silences = 0
    private nonisolated let executor = QueueExecutor(label: "mail peer")
    private let reply: @Sendable (String) -> String?
    /// Whether mails are read as they come; else only once `goOn` was called.
    private var readsMails: Bool
    private let listener: SharedDescriptor
    private var source: EventSource?
    private var connections: [Int: Connection] = [:]
    private var accepted = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// `reply`: what to say to a command in capitals, `""` (the connection itself) or `"."` (a mail); nil: nothing.
    init(readsMails: Bool = true, _ reply: @escaping @Sendable (String) -> String?) async throws {
        self.readsMails = readsMails
        let wanted = ListenAddress.ipv4(host: "127.0.0.1", port: 0)
        listener = SharedDescriptor(try Socket.listen(wanted, sharingPort: false))
        if case .ipv4(_, let port) = Socket.localAddress(listener) ?? wanted { self.port = port } else { port = 0 }
        self.reply = reply
        start()
    }

    private func start() {
        source = .readable(listener, on: executor) { [weak self] in self?.assumeIsolated { $0.accept() } }
    }

    private func accept() {
        while let next = try? Socket.accept(listener) {
            let connection = Connection(SharedDescriptor(next.takeSocket()))
            accepted += 1
            let number = accepted
            connections[number] = connection
            connection.readable = .readable(connection.socket, on: executor) { [weak self] in
                self?.assumeIsolated { $0.read(number) }
            }
            say(reply(""), connection)
        }
    }

    /// Reads what it has not read yet.
    func goOn() {
        readsMails = true
        for connection in connections.values { connection.readable?.resume() }
    }

    private func read(_ number: Int) {
        guard let connection = connections[number] else { return }
        let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = (try? Socket.receive(connection.socket, into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        guard !chunk.isEmpty else {
            unfinished = connection.isInMail ? connection.bytes : []
            connections[number] = nil
            closed += 1
            return
        }
        connection.bytes += chunk
        if connection.isInMail {
            guard connection.bytes.suffix(5).elementsEqual("\r\n.\r\n".utf8) else { return }
            connection.isInMail = false
            commands.append("\r\n" + String(decoding: connection.bytes, as: UTF8.self))
            connection.bytes = []
            say(reply("."), connection)
        } else if connection.bytes.last == UInt8(ascii: "\n") {
            let command = String(decoding: connection.bytes.dropLast(2), as: UTF8.self)
            connection.bytes = []
            commands.append(command)
            let said = reply(command)
            connection.isInMail = said?.hasPrefix("354") == true
            if connection.isInMail, !readsMails { connection.readable?.suspend() }
            say(said, connection)
        }
    }

    private func say(_ text: String?, _ connection: Connection) {
        guard let text else {
            silences += 1
            return
        }
        _ = Array("\(text)\r\n".utf8).withUnsafeBytes { try? Socket.send(connection.socket, $0) }
    }
}
