import Chrono
import HTTPServer
import HTTPWire
import Intake
import JSON
import Lines
import Metrics
import Posix
import Synchronization

/// Answers operators, senders and Prometheus.
///
/// What needs the ledger's history is read on the reader's own queue.
final class AdminHandler: RequestHandler {
    private let desk: AdminDesk
    private let door: Mutex<AdminGuard>

    init(desk: AdminDesk, door: AdminGuard) {
        self.desk = desk
        self.door = Mutex(door)
    }

    /// Takes over the token of a new configuration.
    func adopt(_ door: AdminGuard) { self.door.withLock { $0 = door } }

    func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
        // Senders ask it before each message, so it goes the short way: the same door, the same answer.
        if let line = Self.gateLine(request) {
            return door.withLock { $0.refusal(request, from: peer) }.map(SafeHeaders.added) ?? desk.gate(line)
        }
        let path = request.path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        return answer(request, path, from: peer, reply).map(SafeHeaders.added)
    }

    private func answer(
        _ request: HTTPRequest,
        _ path: [String],
        from peer: PeerAddress,
        _ reply: Reply
    ) -> HTTPResponse? {
        // Load balancers and probes have no token, and learn nothing that needs one; the page asks for the token itself.
        switch path {
        case []:
            if let refusal = door.withLock({ $0.misdirection(request, from: peer) }) { return refusal }
            return get(request) { OperatorPage.builtIn.answer(request) }
        case ["healthz"]: return Health.answer(request)
        case ["readyz"]: return get(request) { desk.readiness }
        default: break
        }
        if let refusal = door.withLock({ $0.refusal(request, from: peer) }) { return refusal }
        switch path {
        case ["v1", "gate", path.last ?? ""] where path.count == 3:
            return get(request) { Self.line(path[2]).map(desk.gate) ?? Self.noNumber }
        case ["v1", "stream"]:
            guard request.method == "GET" else { return Self.wrongMethod("GET") }
            desk.feed.listen(reply, lastID: request.headers.first("last-event-id"))
            return nil
        case ["metrics"]: return later(request, "GET", reply) { try await self.desk.metrics() }
        case ["v1", "status"]: return later(request, "GET", reply) { try await self.desk.status() }
        case ["v1", "lines"]:
            let items = request.queryItems()
            return later(request, "GET", reply) { try await self.desk.lines(items) }
        case ["v1", "lines", path.last ?? ""] where path.count == 3:
            guard let line = Self.line(path[2]) else { return Self.noNumber }
            return later(request, "GET", reply) { try await self.desk.line(line) }
        case ["v1", "lines", path.count > 2 ? path[2] : "", path.last ?? ""] where path.count == 4:
            guard let line = Self.line(path[2]) else { return Self.noNumber }
            let body = request.body
            switch path[3] {
            case "pause": return later(request, "POST", reply) { try await self.desk.operators.pause(line, body) }
            case "audit": return later(request, "POST", reply) { try await self.desk.account.inspect(line, body) }
            case "resume": return later(request, "POST", reply) { try await self.desk.operators.resume(line, body) }
            default: return Refusal(.notFound, "not_found", "there is nothing at this path").response
            }
        case ["v1", "silences"] where request.method == "POST":
            let body = request.body
            return later(request, "POST", reply) { try await self.desk.operators.silence(body) }
        case ["v1", "silences"]: return later(request, "GET", reply) { try await self.desk.operators.silences() }
        case ["v1", "silences", path.last ?? ""] where path.count == 3:
            let body = request.body
            return later(request, "DELETE", reply) { try await self.desk.operators.unsilence(path[2], body) }
        case ["v1", "deliveries", path.last ?? ""] where path.count == 3:
            return later(request, "GET", reply) { try await self.desk.history.delivery(path[2]) }
        case ["v1", "deliveries", path.count > 2 ? path[2] : "", "replay"]:
            let body = request.body
            return later(request, "POST", reply) { try await self.desk.replays.delivery(path[2], body) }
        case ["v1", "events", path.count > 2 ? path[2] : "", "replay"]:
            let body = request.body
            return later(request, "POST", reply) { try await self.desk.replays.event(path[2], body) }
        case ["v1", "whatif"]:
            let body = request.body
            return later(request, "POST", reply) { try await self.desk.replays.whatIf(body) }
        case ["v1", "audit"]:
            let items = request.queryItems()
            return later(request, "GET", reply) { try await self.desk.history.audit(items) }
        case ["v1", "events"], ["v1", "incidents"], ["v1", "deliveries"]:
            guard let subject = HistoryDesk.Subject(rawValue: path[1]) else { return nil }
            let items = request.queryItems()
            return later(request, "GET", reply) { try await self.desk.history.page(subject, items) }
        case ["v1", "reconcile"]: return later(request, "POST", reply) { try await self.desk.account.reconcile() }
        case ["v1", "reload"]: return later(request, "POST", reply) { await self.desk.reload() }
        default: return Refusal(.notFound, "not_found", "there is nothing at this path").response
        }
    }

    private static let noNumber =
        Refusal(.badRequest, "not_a_number", "a line is named by its E.164 number, such as +12025551234").response

    private func get(_ request: HTTPRequest, _ body: () -> HTTPResponse) -> HTTPResponse {
        request.method == "GET" || request.method == "HEAD" ? body() : Self.wrongMethod("GET")
    }

    private func later(
        _ request: HTTPRequest,
        _ method: String,
        _ reply: Reply,
        _ body: @escaping @Sendable () async throws -> HTTPResponse
    ) -> HTTPResponse? {
        guard request.method == method || (method == "GET" && request.method == "HEAD") else {
            return Self.wrongMethod(method)
        }
        Task {
            do {
                reply.send(SafeHeaders.added(to: try await body()))
            } catch {
                let refusal = Refusal(.serviceUnavailable, "ledger_unreadable", "the ledger cannot be read: \(error)")
                reply.send(SafeHeaders.added(to: refusal.response))
            }
        }
        return nil
    }

    private static func wrongMethod(_ allowed: String) -> HTTPResponse {
        var response = Refusal(.methodNotAllowed, "method_not_allowed", "use \(allowed) here").response
        response.headers.append("Allow", allowed == "GET" ? "GET, HEAD" : allowed)
        return response
    }

    /// The line whose gate is asked for; nil for every other request, and for one that is to be refused.
    private static func gateLine(_ request: HTTPRequest) -> PhoneNumber? {
        let start = "/v1/gate/"
        guard request.method == "GET" || request.method == "HEAD", request.path.hasPrefix(start) else { return nil }
        return line(String(Substring(request.path.utf8.dropFirst(start.utf8.count))))
    }

    private static func line(_ segment: String) -> PhoneNumber? {
        PhoneNumber(segment) ?? HTTPRequest.percentDecode(segment).flatMap { PhoneNumber($0) }
    }
}
