import Chrono
import Crypto
import HTTPClient
import JSON

/// Writes to a Slack channel through an incoming webhook.
struct Slack: Hook {
    let configuration: SlackConfiguration
    let timeout: Span
    let client: HTTPClient

    /// What Slack says to blocks that it does not take; the same message as plain text may pass.
    private static let refusalsOfForm: Set = [
        "invalid_blocks", "invalid_payload", "no_text", "too_many_attachments", "msg_blocks_too_long",
    ]

    /// Slack takes about one message a second for each webhook.
    var concurrency: Int { 1 }

    func render(_ message: Message) -> [UInt8] { SlackMessage(message).json.bytes() }

    func deliver(_ attempt: Attempt) async -> Outcome {
        let clock = ContinuousClock()
        let start = clock.now
        let outcome = await post(attempt.payload, within: timeout, now: attempt.now)
        // A page without its form is better than none. Once, and within this attempt's time.
        guard case .failed(let failure) = outcome, Self.refusalsOfForm.contains(failure.label),
            let plain = SlackMessage.plain(attempt.payload), plain != attempt.payload
        else { return outcome }
        let spent = (clock.now - start) / .microseconds(1)
        let left = timeout - Span(microseconds: Int64(spent))
        guard left > .zero else { return outcome }
        let second = await post(plain, within: left, now: attempt.now)
        guard case .delivered(let answer) = second else { return second }
        return .delivered(Answer("\(answer.description), as plain text", detail: "to blocks: \(failure.description)"))
    }

    func probe() async -> Reach { await HTTPPost(url: configuration.url, timeout: timeout, client: client).probe() }

    private func post(_ payload: [UInt8], within time: Span, now: Timestamp) async -> Outcome {
        await HTTPPost(url: configuration.url, timeout: time, client: client).send(payload) { judge($0, now: now) }
    }

    /// Slack's own rules (api.slack.com, "Sending messages using incoming webhooks", errors).
    ///
    /// Success is 200 and `ok`, and nothing else; a 4xx is final for this message, or for all until an operator acts.
    private func judge(_ response: IncomingResponse, now: Timestamp) -> Outcome {
        let said = String(decoding: response.body.prefix(100), as: UTF8.self)
        switch response.status {
        case 200 where said == "ok": return .delivered(Answer("HTTP 200: ok"))
        case 200: return .retry(after: nil, Failure("not_ok", "HTTP 200, but the body is not ok: \(said)"))
        case 400, 401, 403, 404, 410:
            let isWord = !said.isEmpty && said.utf8.allSatisfy { 0x61...0x7A ~= $0 || $0 == UInt8(ascii: "_") }
            let label = isWord ? said : "http_\(response.status)"
            let failure = Failure(label, HTTPVerdict.failure(response).description)
            return response.status == 400 ? .failed(failure) : .broken(failure)
        case 201..<300:
            return .retry(after: response.retryAfter(now: now), HTTPVerdict.failure(response))
        default: return HTTPVerdict.judge(response, now: now)
        }
    }
}
