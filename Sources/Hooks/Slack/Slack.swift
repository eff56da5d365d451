import Chrono
import Crypto
import HTTPClient
import JSON

/// Writes to a Slack channel through an incoming webhook.
struct Slack: Hook {
    let configuration: SlackConfiguration
    let timeout: Span
    let client: HTTPClient

    /// Slack takes about one message a second for each webhook.
    var concurrency: Int { 1 }

    func render(_ message: Message) -> [UInt8] { SlackMessage(message).json.bytes() }

    func deliver(_ attempt: Attempt) async -> Outcome {
        await HTTPPost(url: configuration.url, timeout: timeout, client: client).send(attempt.payload) { response in
            judge(response, now: attempt.now)
        }
    }

    /// Slack's own rules (api.slack.com, "Sending messages using incoming webhooks", errors): success is 200 and `ok`, and
    /// nothing else; most 4xx are final until an operator acts.
    private func judge(_ response: IncomingResponse, now: Timestamp) -> Outcome {
        let said = String(decoding: response.body.prefix(100), as: UTF8.self)
        switch response.status {
        case 200:
            return said == "ok"
                ? .delivered(Answer("HTTP 200: ok")) : .retry(after: nil, Failure("not_ok", "HTTP 200, but the body is not ok: \(said)"))
        case 400, 401, 403, 404, 410:
            let word = said.allSatisfy { $0.isLetter || $0 == "_" } && !said.isEmpty ? said : "http_\(response.status)"
            let failure = Failure(word, HTTPVerdict.failure(response).description)
            return response.status == 400 ? .failed(failure) : .broken(failure)
        default:
            return .retry(after: HTTPVerdict.retryAfter(response, now: now), HTTPVerdict.failure(response))
        }
    }
}
