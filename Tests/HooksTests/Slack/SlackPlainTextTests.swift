import Chrono
import HTTPClient
import Testing

@testable import Hooks

/// Blocks that Slack does not take are sent again as plain text, once, within the same attempt.
@Suite(.timeLimit(.minutes(5))) struct SlackPlainTextTests {
    private func deliver(
        _ payload: [UInt8]? = nil,
        timeout: Span = .seconds(30),
        _ reply: @escaping @Sendable (_ isPlain: Bool) -> Peer.Reply
    ) async throws -> (outcome: Outcome, bodies: [String]) {
        let peer = try await Peer { reply(!String(decoding: $0.body, as: UTF8.self).contains("blocks")) }
        let slack = Slack(
            configuration: SlackConfiguration(url: try #require(HookURL("\(peer.url)/services/T0/B0/hunter2"))),
            timeout: timeout,
            client: HTTPClient(userAgent: "linewarden/test")
        )
        let outcome = await slack.deliver(attempt(try payload ?? slack.render(Story().message("incident.opened"))))
        return (outcome, await peer.requests.map { String(decoding: $0.body, as: UTF8.self) })
    }

    private static let plain = #"{"text":"+12025551234 is paused: status is FLAGGED, reputation is CRITICAL"}"#

    @Test(arguments: ["invalid_blocks", "invalid_payload", "no_text", "too_many_attachments", "msg_blocks_too_long"])
    func theTextArrives(word: String) async throws {
        let (outcome, bodies) = try await deliver { isPlain in
            .answer(isPlain ? response(200, "ok") : response(400, word))
        }
        #expect(outcome == .delivered(Answer("HTTP 200: ok, as plain text", detail: "to blocks: HTTP 400: \(word)")))
        #expect(bodies.count == 2 && bodies.last == Self.plain)
    }

    @Test func onlyOnce() async throws {
        let (outcome, bodies) = try await deliver { _ in .answer(response(400, "invalid_payload")) }
        #expect(outcome == .failed(Failure("invalid_payload", "HTTP 400: invalid_payload")))
        #expect(bodies.count == 2)
        // And never where it would be the same.
        let again = try await deliver(Array(Self.plain.utf8)) { _ in .answer(response(400, "invalid_payload")) }
        #expect(again.bodies == [Self.plain])
    }

    @Test func aTroubleOfTheSecondIsTheAttempts() async throws {
        let (outcome, _) = try await deliver { isPlain in
            .answer(isPlain ? response(429, headers: "Retry-After: 5\r\n") : response(400, "invalid_blocks"))
        }
        #expect(outcome == .retry(after: .seconds(5), Failure("http_429", "HTTP 429")))
    }

    @Test func bothTogetherKeepToTheHooksTime() async throws {
        let start = ContinuousClock.now
        let (outcome, bodies) = try await deliver(timeout: .seconds(5)) { isPlain in
            isPlain ? .hang : .answer(response(400, "invalid_blocks"))
        }
        #expect(outcome.failure?.label == "timeout" && bodies.count == 2)
        #expect(ContinuousClock.now - start < .seconds(60))
    }
}
