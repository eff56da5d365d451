import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging

// peer PORT, with LINQ_WEBHOOK_SECRET in the environment.
let environment = Environment()
guard let port = CommandLine.arguments.dropFirst().first.flatMap({ Int($0) }),
    let secret = environment.get("LINQ_WEBHOOK_SECRET"), secret.hasPrefix("whsec_"),
    let bytes = Data(base64Encoded: String(secret.dropFirst(6)))
else { throw HTTPError(.badRequest, message: "usage: LINQ_WEBHOOK_SECRET=whsec_... peer PORT") }
let key = SymmetricKey(data: bytes)

@Sendable func header(_ request: Request, _ name: String) -> String? {
    HTTPField.Name(name).flatMap { request.headers[$0] }
}

let router = Router()
router.post("/w") { request, _ in
    let body = try await request.body.collect(upTo: 256 * 1_024)
    guard let id = header(request, "webhook-id"), let timestamp = header(request, "webhook-timestamp"),
        let seconds = Double(timestamp), abs(Date().timeIntervalSince1970 - seconds) < 300,
        let signature = header(request, "webhook-signature"), signature.hasPrefix("v1,"),
        let code = Data(base64Encoded: String(signature.dropFirst(3)))
    else { throw HTTPError(.unauthorized) }
    var message = Data("\(id).\(timestamp).".utf8)
    message.append(contentsOf: body.readableBytesView)
    guard HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: key) else {
        throw HTTPError(.unauthorized)
    }
    struct Envelope: Decodable { let event_id: String, event_type: String }
    _ = try JSONDecoder().decode(Envelope.self, from: Data(body.readableBytesView))
    return Response(
        status: .ok,
        headers: [.contentType: "application/json"],
        body: .init(byteBuffer: .init(string: #"{"status":"received"}"#))
    )
}
var logger = Logger(label: "peer")
logger.logLevel = .error
let app = Application(
    router: router,
    configuration: .init(address: .hostname("127.0.0.1", port: port)),
    logger: logger
)
try await app.runService()
