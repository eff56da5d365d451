import Chrono
import Posix

/// A receiver for tests on the loopback interface: takes whole requests and does with each what it was told.
actor Peer {
    /// One request as it came.
    struct Request: Sendable {
        /// `POST /path HTTP/1.1`.
        let line: String
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

        func all(_ name: String) -> [String] {
            headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        }
    }

    /// What happens to a request.
    enum Reply: Sendable {
        /// These bytes; the connection stays open.
        case answer(String)
        /// These bytes, then the end.
        case close(after: String)
        /// Nothing, for ever.
        case hang
    }

    private final class Connection {
        let socket: SharedDescriptor
        var bytes: [UInt8] = []
        var readable: EventSource?

        init(_ socket: SharedDescriptor) { self.socket = socket }
    }

    /// Every request so far.
    private(set) var requests: [Request] = []
    /// Every connection so far.
    private(set) var accepted = 0
    private nonisolated let executor = QueueExecutor(label: "peer")
    private nonisolated let address: ListenAddress
    private let readsRequests: Bool
    private let reply: @Sendable (Request) -> Reply
    private let listener: SharedDescriptor
    private var source: EventSource?
    private var connections: [Int: Connection] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    nonisolated var authority: String { address.description }
    nonisolated var url: String { "http://\(authority)" }

    /// Listens on a port that the system chooses.
    ///
    /// Without `readsRequests` a request stays unread when the connection closes, which resets it.
    init(readsRequests: Bool = true, _ reply: @escaping @Sendable (Request) -> Reply) async throws {
        let wanted = ListenAddress.ipv4(host: "127.0.0.1", port: 0)
        listener = SharedDescriptor(try Socket.listen(wanted, sharingPort: false))
        address = Socket.localAddress(listener) ?? wanted
        self.readsRequests = readsRequests
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
        }
    }

    private func read(_ number: Int) {
        guard let connection = connections[number], readsRequests else {
            connections[number] = nil
            return
        }
        let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = (try? Socket.receive(connection.socket, into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        guard !chunk.isEmpty else {
            connections[number] = nil
            return
        }
        connection.bytes += chunk
        guard let request = Request(connection.bytes) else { return }
        connection.bytes = []
        requests.append(request)
        switch reply(request) {
        case .answer(let text): send(text, connection)
        case .close(let text):
            send(text, connection)
            connections[number] = nil
        case .hang: break
        }
    }

    /// Answers in tests are small enough for the kernel's buffer.
    private func send(_ text: String, _ connection: Connection) {
        _ = Array(text.utf8).withUnsafeBytes { try? Socket.send(connection.socket, $0) }
    }
}

extension Peer.Request {
    /// Nil until the request is whole.
    fileprivate init?(_ bytes: [UInt8]) {
        let end = bytes.indices.dropLast(3).first { bytes[$0..<$0 + 4].elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) }
        guard let end else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
        headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts.first ?? ""), String((parts.last ?? "").drop { $0 == " " }))
        }
        line = lines.first ?? ""
        body = Array(bytes[(end + 4)...])
        guard body.count == Int(all("Content-Length").first ?? "0") else { return nil }
    }
}

/// A response with a body of known length.
func response(_ status: Int, _ body: String = "", headers: String = "") -> String {
    // Neither may have a body, nor say how long it is (RFC 9112, section 6.3).
    let length = [204, 304].contains(status) ? "" : "Content-Length: \(body.utf8.count)\r\n"
    return "HTTP/1.1 \(status) Some Reason\r\n\(headers)\(length)\r\n\(length.isEmpty ? "" : body)"
}
