import HTTPServer
import HTTPWire
import Posix
import Synchronization

/// A receiver of hooks in this process: keeps what comes, and answers by a script.
final class Sink: RequestHandler {
    private let requests = Mutex<[HTTPRequest]>([])
    private let answer: @Sendable (_ request: HTTPRequest, _ earlier: Int) -> HTTPResponse

    /// `answer`: given how many requests came before.
    init(
        _ answer: @escaping @Sendable (_ request: HTTPRequest, _ earlier: Int) -> HTTPResponse = { _, _ in
            .text(.ok, "ok")
        }
    ) {
        self.answer = answer
    }

    func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
        answer(
            request,
            requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
        )
    }

    /// Everything that came to a path.
    func received(_ path: String) -> [HTTPRequest] { requests.withLock { $0.filter { $0.path == path } } }

    /// Everything that came to a path, as soon as it is that many; fewer when the test has run out of time.
    func received(_ path: String, _ count: Int) async -> [HTTPRequest] {
        while received(path).count < count, !Task.isCancelled { await Task.yield() }
        return received(path)
    }

    func serve() async throws -> HTTPServer {
        try await HTTPServer(name: "sink", listen: [.ipv4(host: "127.0.0.1", port: 0)], loops: 1, handler: self)
    }
}
