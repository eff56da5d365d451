import Chrono
import Crypto
import HTTPServer
import HTTPWire
import Intake
import JSON
import Lines
import Metrics
import Posix

/// Answers operators, senders and Prometheus.
///
/// What needs the ledger's history is read on the reader's own queue.
final class AdminHandler: RequestHandler {
    private let desk: AdminDesk
    private let tokenDigest: [UInt8]?

    init(desk: AdminDesk, token: Secret?) {
        self.desk = desk
        tokenDigest = token.map { Digest.sha256(Array($0.exposed.utf8)) }
    }

    func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
        let path = request.path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        switch path {
        case ["healthz"]: return Health.answer(request)
        case ["readyz"]: return get(request) { desk.readiness }
        default: break
        }
        guard isAuthorized(request) else {
            var response = Refusal(.unauthorized, "unauthorized", "send Authorization: Bearer and the admin token")
                .response
            response.headers.append("WWW-Authenticate", "Bearer")
            return response
        }
        switch path {
        case ["v1", "gate", path.last ?? ""] where path.count == 3:
            return get(request) { withLine(path[2]) { desk.gate($0) } }
        case ["metrics"]: return later(request, "GET", reply) { try await self.desk.metrics() }
        case ["v1", "status"]: return later(request, "GET", reply) { try await self.desk.status() }
        case ["v1", "lines"]:
            let items = request.queryItems()
            return later(request, "GET", reply) { try await self.desk.lines(items) }
        case ["v1", "lines", path.last ?? ""] where path.count == 3:
            guard let line = line(path[2]) else { return Self.noNumber }
            return later(request, "GET", reply) { try await self.desk.line(line) }
        case ["v1", "reload"]: return later(request, "POST", reply) { await self.desk.reload() }
        default: return Refusal(.notFound, "not_found", "there is nothing at this path").response
        }
    }

    private static let noNumber =
        Refusal(.badRequest, "not_a_number", "a line is named by its E.164 number, such as +12025551234").response

    /// Digests of one length are compared, so that not even the token's length can be measured.
    private func isAuthorized(_ request: HTTPRequest) -> Bool {
        guard let tokenDigest else { return true }
        guard let given = request.headers.first("Authorization"), given.lowercased().hasPrefix("bearer ") else {
            return false
        }
        return Digest.equalInConstantTime(Digest.sha256(Array(given.dropFirst(7).utf8)), tokenDigest)
    }

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
                reply.send(try await body())
            } catch {
                reply.send(
                    Refusal(.serviceUnavailable, "ledger_unreadable", "the ledger cannot be read: \(error)").response
                )
            }
        }
        return nil
    }

    private static func wrongMethod(_ allowed: String) -> HTTPResponse {
        var response = Refusal(.methodNotAllowed, "method_not_allowed", "use \(allowed) here").response
        response.headers.append("Allow", allowed == "GET" ? "GET, HEAD" : allowed)
        return response
    }

    private func line(_ segment: String) -> PhoneNumber? {
        HTTPRequest.percentDecode(segment).flatMap { PhoneNumber($0) }
    }

    private func withLine(_ segment: String, _ body: (PhoneNumber) -> HTTPResponse) -> HTTPResponse {
        line(segment).map(body) ?? Self.noNumber
    }
}
