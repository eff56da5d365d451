import Chrono
import HTTPClient
import JSON
import Testing

@testable import Hooks

@Suite(.timeLimit(.minutes(5))) struct SlackTests {
    private func deliver(_ answer: String) async throws -> (outcome: Outcome, request: Peer.Request?) {
        let peer = try await Peer { _ in .answer(answer) }
        let slack = Slack(
            configuration: SlackConfiguration(url: try #require(HookURL("\(peer.url)/services/T0/B0/hunter2"))),
            timeout: .seconds(30),
            client: HTTPClient(userAgent: "linewarden/test")
        )
        let payload = slack.render(try Story().message("incident.opened"))
        let outcome = await slack.deliver(attempt(payload))
        let request = await peer.requests.first
        #expect(request?.body == payload)
        return (outcome, request)
    }

    @Test func delivered() async throws {
        let (outcome, request) = try await deliver(response(200, "ok"))
        #expect(outcome.isDelivered)
        #expect(request?.line == "POST /services/T0/B0/hunter2 HTTP/1.1")
        #expect(request?.all("Content-Type") == ["application/json"])
    }

    /// 200 from a proxy's login page is no message in a channel.
    @Test(arguments: ["", "OK", "ok\n", "okay", "<html>sign in</html>", #"{"ok":true}"#])
    func anyOtherBodyIsAFailure(body: String) async throws {
        let failure = Failure("not_ok", "HTTP 200, but the body is not ok: \(body)")
        #expect(try await deliver(response(200, body)).outcome == .retry(after: nil, failure))
    }

    /// What an operator must repair.
    @Test(arguments: [
        (403, "invalid_token"), (403, "action_prohibited"), (403, "posting_to_general_channel_denied"),
        (404, "channel_not_found"), (404, "no_service"), (404, "no_service_id"), (404, "no_team"),
        (404, "no_active_hooks"), (410, "channel_is_archived"), (401, "invalid_auth"),
    ])
    func untilAnOperatorActs(status: Int, word: String) async throws {
        let outcome = try await deliver(response(status, word)).outcome
        #expect(outcome == .broken(Failure(word, "HTTP \(status): \(word)")))
    }

    /// What is not about the form is not tried in another one.
    @Test(arguments: ["user_not_found", "some_new_word"]) func finalForThisMessage(word: String) async throws {
        let (outcome, _) = try await deliver(response(400, word))
        #expect(outcome == .failed(Failure(word, "HTTP 400: \(word)")))
    }

    /// A label is a word: whatever else stands there must not become one.
    @Test(arguments: [("", "HTTP 404"), ("<html>", "HTTP 404: <html>"), ("no service", "HTTP 404: no service")])
    func errorsInOtherWords(body: String, description: String) async throws {
        #expect(try await deliver(response(404, body)).outcome == .broken(Failure("http_404", description)))
    }

    @Test(
        arguments: [
            (429, #"{"retry_after":1,"ok":false,"error":"rate_limited"}"#, "Retry-After: 30\r\n", Span.seconds(30)),
            (429, "rate_limited", "", nil), (500, "rollup_error", "", nil),
            (503, "", "Retry-After: 120\r\n", .seconds(120)),
            (302, "", "Location: https://example.com\r\n", nil), (201, "ok", "", nil),
        ] as [(Int, String, String, Span?)]
    )
    func troublesThatPass(status: Int, body: String, headers: String, wait: Span?) async throws {
        let outcome = try await deliver(response(status, body, headers: headers)).outcome
        let description = body.isEmpty ? "HTTP \(status)" : "HTTP \(status): \(body)"
        #expect(outcome == .retry(after: wait, Failure("http_\(status)", description)))
    }
}
