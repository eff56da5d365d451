import ArgumentParser
import Chrono
import Crypto
import HTTPServer
import HTTPWire
import JSON
import Linq
import Posix

struct Sink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a hook receives, and whether its signature is good.",
        discussion: """
            A small receiver for trying hooks out: point an http or slack hook at it. Runs until it is interrupted.

              linewarden sink --listen 127.0.0.1:9000 --secret whsec_…
              linewarden sink --listen 127.0.0.1:9000 --answer 500
            """
    )

    @Option(help: ArgumentHelp("Where to listen; port 0 lets the system choose.", valueName: "address"))
    var listen = "127.0.0.1:9000"

    @Option(help: ArgumentHelp("The hook's secret. Better: SENDER_SECRET.", valueName: "secret"))
    var secret: String?

    @Option(help: ArgumentHelp("Answer with this status, to see how a delivery is tried again.", valueName: "status"))
    var answer = 200

    @Flag(help: "Print one JSON object a request.")
    var json = false

    func validate() throws {
        if ListenAddress(listen) == nil {
            throw ValidationError("'\(listen)' is no address to listen on; write \(ListenAddress.forms).")
        }
        if !(200...599).contains(answer) { throw ValidationError("--answer takes a status from 200 to 599.") }
    }

    func run() async throws {
        guard let address = ListenAddress(listen) else { throw ExitCode.validationFailure }
        var key: SigningSecret?
        if let text = secret ?? Process.environment("SENDER_SECRET") {
            key = SigningSecret(Secret(text))
            if key == nil { throw ValidationError("That is not a webhook secret: whsec_ must be followed by base64.") }
        }
        // From the first moment a signal means "in order".
        let signals = Signals([Signal.terminate, Signal.interrupt])
        let server: HTTPServer
        do throws(ListenError) {
            server = try await HTTPServer(
                name: "sink",
                listen: [address],
                loops: 1,
                handler: SinkHandler(secret: key, status: answer, json: json)
            )
        } catch {
            Terminal.complain(error.description)
            throw ExitCode.failure
        }
        for address in server.addresses { Terminal.complain("sink listens on \(address)") }
        for await _ in signals.stream { break }
        await server.stop(within: .seconds(1))
    }
}

/// Prints every request and answers it.
private struct SinkHandler: RequestHandler {
    let secret: SigningSecret?
    let status: Int
    let json: Bool

    func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
        let now = Clock.system.now()
        let body = try? JSON.parse(request.body)
        let verdict = verdict(request, now)
        if json {
            let object = JSON.object([
                ("received_at", .string(now.rfc3339)), ("method", .string(request.method)),
                ("path", .string(request.path)), ("signature", .string(verdict)),
                ("webhook_id", request.headers.first("webhook-id").map(JSON.string) ?? .null),
                ("answer", .number(status)), ("body", body ?? .string(String(decoding: request.body, as: UTF8.self))),
            ])
            Terminal.say(object.text())
        } else {
            Terminal.say("\(now.rfc3339)  \(describe(request, body))  [\(verdict)]")
        }
        // Slack's receiver says "ok" to what it took, and so does this one.
        return .text(HTTPStatus(rawValue: status), status == 200 ? "ok" : "answered as asked\n")
    }

    private func describe(_ request: HTTPRequest, _ body: JSON?) -> String {
        guard let body, let type = body["type"]?.string else {
            return body?["text"]?.string ?? "\(request.method) \(request.path), \(request.body.count) bytes"
        }
        guard let line = body["data"]?["line"] else { return body["data"]?["alert"]?["summary"]?.string ?? type }
        let reasons = (line["reasons"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        return "\(type)  \(line["phone_number"]?.string ?? "?")  \(line["decision"]?.string ?? "?")"
            + (reasons.isEmpty ? "" : ": \(reasons)")
    }

    private func verdict(_ request: HTTPRequest, _ now: Timestamp) -> String {
        guard let secret else { return "signature not checked: no secret given" }
        let headers = SignatureHeaders { request.headers.all($0) }
        switch headers.judge(body: request.body, secrets: [secret], now: now, tolerance: .minutes(5)) {
        case .genuine: return "signature verified"
        case .missing where request.headers.first("webhook-signature") == nil: return "not signed"
        case .missing(let detail), .malformed(let detail): return "signature BAD: \(detail)"
        case .stale(let seconds): return "signature BAD: \(seconds) s old"
        case .mismatch: return "signature BAD: made with another secret"
        }
    }
}
