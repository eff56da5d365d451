import Chrono
import Crypto
import HTTPClient
import JSON
import Linq

/// Posts messages as JSON, signed so that the receiver can be as sure of us as we are of Linq.
struct HTTPHook: Hook {
    let configuration: HTTPHookConfiguration
    let timeout: Span
    let client: HTTPClient

    func render(_ message: Message) -> [UInt8] { message.json.bytes() }

    func deliver(_ attempt: Attempt) async -> Outcome {
        let seconds = attempt.now.microseconds / 1_000_000
        var headers = configuration.headers.map { (name: $0.name, value: $0.value.exposed) }
        if !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            headers.append(("Content-Type", "application/json"))
        }
        headers.append(("webhook-id", attempt.id))
        headers.append(("webhook-timestamp", String(seconds)))
        if let secret = configuration.secret {
            let signature = StandardWebhooks.signature(
                id: attempt.id,
                timestamp: seconds,
                body: attempt.payload,
                secret: secret
            )
            headers.append(("webhook-signature", signature))
        }
        let post = HTTPPost(url: configuration.url, timeout: timeout, client: client)
        return await post.send(attempt.payload, headers: headers) { HTTPVerdict.judge($0, now: attempt.now) }
    }
}
