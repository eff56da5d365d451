import Chrono
import Crypto
import HTTPClient
import JSON
import Linq
import Testing

@testable import Hooks

@Suite(.timeLimit(.minutes(5))) struct HTTPHookTests {
    private static let secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    let client = HTTPClient(userAgent: "linewarden/test")

    private func hook(
        _ peer: Peer,
        secret: String? = secretText,
        headers: [(name: String, value: String)] = []
    ) throws -> HTTPHook {
        HTTPHook(
            configuration: HTTPHookConfiguration(
                url: try #require(HookURL("\(peer.url)/linewarden?key=1")),
                secret: try secret.map { try #require(SigningSecret(Secret($0))) },
                headers: headers.map { HTTPHeader(name: $0.name, value: Secret($0.value)) }
            ),
            timeout: .seconds(30),
            client: client
        )
    }

    @Test func theReceiverCanBeSure() async throws {
        let peer = try await Peer { _ in .answer(response(204)) }
        let hook = try hook(peer, headers: [("Authorization", "Bearer x"), ("X-Empty", "")])
        let payload = hook.render(try Story().message("line.paused"))
        #expect(await hook.deliver(attempt(payload, now: moment + .milliseconds(999))).isDelivered)
        let request = try #require(await peer.requests.first)
        #expect(request.line == "POST /linewarden?key=1 HTTP/1.1")
        #expect(request.body == payload)
        #expect(request.all("Content-Type") == ["application/json"])
        #expect(request.all("User-Agent") == ["linewarden/test"])
        #expect(request.all("Authorization") == ["Bearer x"])
        #expect(request.all("X-Empty") == [""])
        #expect(request.all("webhook-id") == ["dlv_1"])
        #expect(request.all("webhook-timestamp") == ["1771439705"])
        // As a receiver with any of the Standard Webhooks libraries does it.
        let secret = try #require(SigningSecret(Secret(Self.secretText)))
        let other = try #require(SigningSecret(Secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")))
        let headers = SignatureHeaders { request.all($0) }
        func judge(_ body: [UInt8], _ secret: SigningSecret) -> SignatureVerdict {
            headers.judge(body: body, secrets: [secret], now: moment, tolerance: .minutes(5))
        }
        #expect(judge(request.body, secret) == .genuine(.standard, id: "dlv_1"))
        #expect(judge(request.body, other) == .mismatch(.standard))
        #expect(judge(request.body + [0x20], secret) == .mismatch(.standard))
    }

    /// A repetition is known by its id; it is signed anew, or a receiver would find it stale.
    @Test func retriesHaveTheSameID() async throws {
        let peer = try await Peer { _ in .answer(response(503, headers: "Retry-After: 3\r\n")) }
        let hook = try hook(peer)
        for minute in 0..<3 {
            let outcome = await hook.deliver(attempt(now: moment + .minutes(minute)))
            #expect(outcome == .retry(after: .seconds(3), Failure("http_503", "HTTP 503")))
        }
        let requests = await peer.requests
        #expect(requests.map { $0.all("webhook-id") } == Array(repeating: ["dlv_1"], count: 3))
        #expect(requests.map { $0.all("webhook-timestamp") } == [["1771439705"], ["1771439765"], ["1771439825"]])
        #expect(Set(requests.map { $0.all("webhook-signature") }).count == 3)
        #expect(Set(requests.map(\.body)).count == 1)
    }

    @Test func withoutASecretThereIsNoSignature() async throws {
        let peer = try await Peer { _ in .answer(response(200)) }
        #expect(try await hook(peer, secret: nil).deliver(attempt()).isDelivered)
        let request = try #require(await peer.requests.first)
        #expect(request.all("webhook-id") == ["dlv_1"] && request.all("webhook-signature").isEmpty)
    }

    @Test func theContentTypeCanBeAnother() async throws {
        let peer = try await Peer { _ in .answer(response(200)) }
        let headers = [(name: "content-type", value: "application/cloudevents+json")]
        #expect(try await hook(peer, headers: headers).deliver(attempt()).isDelivered)
        #expect(await peer.requests.first?.all("Content-Type") == ["application/cloudevents+json"])
    }

    @Test func itSendsTheMessageItself() async throws {
        let peer = try await Peer { _ in .hang }
        let message = try Story().message("line.paused")
        #expect(try hook(peer).render(message) == message.json.bytes())
    }
}
