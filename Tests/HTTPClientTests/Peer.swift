import Chrono
import Posix

/// A server for tests on the loopback interface: takes whole requests and does with each what it was told.
actor Peer {
    /// What happens to a request.
    enum Reply: Sendable {
        /// These bytes; the connection stays open.
        case answer(String)
        /// These bytes, then the end.
        case close(after: String)
        /// Nothing, for ever.
        case hang
        /// These bytes, one each 20 ms.
        case drip(String)
    }

    private final class Connection {
        let socket: SharedDescriptor
        var bytes: [UInt8] = []
        /// How long the request is, once its head is there.
        var length: Int?
        var readable: EventSource?
        var timer: EventSource?

        init(_ socket: SharedDescriptor) { self.socket = socket }
    }

    nonisolated let address: ListenAddress
    /// Every request so far, verbatim.
    private(set) var requests: [String] = []
    /// Every connection so far.
    private(set) var accepted = 0
    private nonisolated let executor = QueueExecutor(label: "peer")
    private let readsRequests: Bool
    private let reply: @Sendable (String) -> Reply
    private let listener: SharedDescriptor
    private var source: EventSource?
    private var connections: [Int: Connection] = [:]
    private var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    nonisolated var port: UInt16 { if case .ipv4(_, let port) = address { port } else { 0 } }
    nonisolated var url: String { "http://127.0.0.1:\(port)" }

    /// Listens, on a port the system chooses unless told where.
    ///
    /// Without `readsRequests` a request stays unread when the connection closes, which resets it.
    init(
        on address: ListenAddress = .ipv4(host: "127.0.0.1", port: 0),
        readsRequests: Bool = true,
        _ reply: @escaping @Sendable (String) -> Reply
    ) async throws {
        listener = SharedDescriptor(try Socket.listen(address, sharingPort: false))
        self.address = Socket.localAddress(listener) ?? address
        self.readsRequests = readsRequests
        self.reply = reply
        start()
    }

    /// Returns once that many requests have come.
    func received(_ count: Int) async {
        if requests.count >= count { return }
        await withCheckedContinuation { waiting.append((count, $0)) }
    }

    private func start() {
        source = .readable(listener, on: executor) { [weak self] in self?.assumeIsolated { $0.accept() } }
    }

    private func accept() {
        while let next = try? Socket.accept(listener) {
            let socket = SharedDescriptor(next.takeSocket())
            accepted += 1
            let number = accepted
            let connection = Connection(socket)
            connections[number] = connection
            connection.readable = .readable(socket, on: executor) { [weak self] in
                self?.assumeIsolated { $0.read(number) }
            }
        }
    }

    private func read(_ number: Int) {
        guard let connection = connections[number] else { return }
        guard readsRequests else { return perform(reply(""), number) }
        let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = (try? Socket.receive(connection.socket, into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        guard !chunk.isEmpty else {
            connections[number] = nil
            return
        }
        connection.bytes += chunk
        connection.length = connection.length ?? Peer.length(connection.bytes)
        guard let length = connection.length, connection.bytes.count >= length else { return }
        let text = String(decoding: connection.bytes, as: UTF8.self)
        (connection.bytes, connection.length) = ([], nil)
        requests.append(text)
        for waiter in waiting where waiter.count <= requests.count { waiter.continuation.resume() }
        waiting.removeAll { $0.count <= requests.count }
        perform(reply(text), number)
    }

    private func perform(_ reply: Reply, _ number: Int) {
        guard let connection = connections[number] else { return }
        switch reply {
        case .answer(let text): send(text, connection)
        case .close(let text):
            send(text, connection)
            connections[number] = nil
        case .hang: break
        case .drip(let text):
            guard let first = text.unicodeScalars.first else { return }
            send(String(first), connection)
            let rest = String(text.unicodeScalars.dropFirst())
            connection.timer = .after(nanoseconds: 20_000_000, on: executor) { [weak self] in
                self?.assumeIsolated { $0.perform(.drip(rest), number) }
            }
        }
    }

    /// Answers in tests are small enough for the kernel's buffer.
    private func send(_ text: String, _ connection: Connection) {
        _ = Array(text.utf8).withUnsafeBytes { try? Socket.send(connection.socket, $0) }
    }

    private static func length(_ bytes: [UInt8]) -> Int? {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let end = lines.firstIndex(of: "") else { return nil }
        let head = lines[..<end].reduce(2) { $0 + $1.utf8.count + 2 }
        let body = lines[..<end].first { $0.lowercased().hasPrefix("content-length: ") }
        return head + (body.flatMap { Int($0.dropFirst(16)) } ?? 0)
    }
}

/// A response with a body of known length.
func response(_ status: Int, _ body: String = "", headers: String = "") -> String {
    "HTTP/1.1 \(status) Some Reason\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

extension Chrono.Span {
    /// So long that only a mistake reaches it.
    static let ample = Span.seconds(30)
}
