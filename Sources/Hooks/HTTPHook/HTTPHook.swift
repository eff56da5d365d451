import Chrono
import Crypto
import HTTPClient
import JSON
import Linq

/// Sends messages as JSON, or as a template says, signed so that the receiver can be as sure of us as we are of Linq.
struct HTTPHook: Hook {
    let configuration: HTTPHookConfiguration
    let timeout: Span
    let client: HTTPClient

    /// The message as JSON, or with templates what they need of it (`StoredRequest`).
    func render(_ message: Message) -> [UInt8] {
        let own = message.json.bytes()
        if configuration.isPlain { return own }
        let fields = FieldValues(message)
        let body = configuration.body.map { Array($0.render(fields).utf8) }
        return StoredRequest(
            fields: fields,
            contentType: configuration.body?.contentType,
            body: body ?? (configuration.method.carriesMessage ? own : [])
        ).payload
    }

    func deliver(_ attempt: Attempt) async -> Outcome {
        let request = StoredRequest(payload: attempt.payload, readsMessage: !configuration.isPlain)
        var fields = request.fields
        fields[.id] = attempt.id
        let isForBody = configuration.method.carriesMessage || configuration.body != nil
        let body = isForBody ? request.body : []
        guard let url = url(fields) else {
            return .failed(Failure("invalid_url", "the URL is none with this message's values in it"))
        }
        let post = HTTPPost(method: configuration.method.rawValue, url: url, timeout: timeout, client: client)
        let headers = headers(fields, contentType: request.contentType, hasBody: isForBody)
        return await post.send(body, headers: headers + signature(of: body, attempt)) { response in
            HTTPVerdict.judge(response, now: attempt.now)
        }
    }

    func probe() async -> Reach { await HTTPPost(url: configuration.url, timeout: timeout, client: client).probe() }

    private func url(_ fields: FieldValues) -> HookURL? {
        let text = configuration.url.secret.exposed
        guard text.contains("${"), let template = try? Template(text) else { return configuration.url }
        return HookURL(template.render(fields, as: .url))
    }

    /// The body's own content type counts: what was escaped for one is not right for another.
    private func headers(
        _ fields: FieldValues,
        contentType: String?,
        hasBody: Bool
    ) -> [(name: String, value: String)] {
        let others = configuration.headers.filter { contentType == nil || !$0.isContentType }
        var headers = others.map { (name: $0.name, value: $0.value(fields)) }
        if hasBody, !others.contains(where: \.isContentType) {
            headers.append(("Content-Type", contentType ?? "application/json"))
        }
        return headers
    }

    /// Standard Webhooks: over the body that is sent.
    private func signature(of body: [UInt8], _ attempt: Attempt) -> [(name: String, value: String)] {
        let seconds = attempt.now.microseconds / 1_000_000
        var headers = [(name: "webhook-id", value: attempt.id), (name: "webhook-timestamp", value: String(seconds))]
        if let secret = configuration.secret {
            let signature = StandardWebhooks.signature(
                id: attempt.id,
                timestamp: seconds,
                body: body,
                secret: secret
            )
            headers.append(("webhook-signature", signature))
        }
        return headers
    }
}
