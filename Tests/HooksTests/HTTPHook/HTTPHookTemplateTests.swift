import Chrono
import Crypto
import HTTPClient
import JSON
import Linq
import Testing

@testable import Hooks

/// `method`, `url`, `headers` and `body` with fields, from the configuration to the wire.
@Suite(.timeLimit(.minutes(5))) struct HTTPHookTemplateTests {
    private func hook(_ keys: String, _ variables: [String: String] = [:]) throws -> any Hook {
        let (configuration, problems) = HTTPHookConfiguration.reading(keys, variables)
        #expect(problems == [])
        return try #require(configuration).make(
            name: "a",
            timeout: .seconds(30),
            HookContext(client: HTTPClient(userAgent: "linewarden/test")) { _ in Notebook().memory }
        )
    }

    /// What comes of a message; `PEER` in the keys is the receiver.
    private func request(
        _ keys: String,
        _ message: Message? = nil,
        _ variables: [String: String] = [:]
    ) async throws -> (request: Peer.Request, payload: String) {
        let peer = try await Peer { _ in .answer(response(202)) }
        let variables = variables.mapValues { $0.replacing("PEER", with: peer.authority) }
        let hook = try hook(keys.replacing("PEER", with: peer.url), variables)
        let payload = hook.render(try message ?? Story().message("incident.opened"))
        let outcome = await hook.deliver(attempt(payload))
        #expect(outcome == .delivered(Answer("HTTP 202")))
        return (try #require(await peer.requests.first), String(decoding: payload, as: UTF8.self))
    }

    private func text(_ request: Peer.Request) -> String { String(decoding: request.body, as: UTF8.self) }

    @Test func aJSONBody() async throws {
        let (request, _) = try await request(
            #""url": "PEER/send", "body": {"to": [{"email": "a@example.com"}], "subject": "${summary:20}", "n": 1.50}"#
        )
        #expect(request.line == "POST /send HTTP/1.1")
        #expect(text(request) == #"{"to":[{"email":"a@example.com"}],"subject":"+12025551234 is pau…","n":1.50}"#)
        #expect(request.all("Content-Type") == ["application/json"])
        #expect(request.all("webhook-id") == ["dlv_1"])
    }

    /// A text that is JSON is read as JSON: with or without a content type that says so.
    @Test(arguments: ["", #", "headers": {"Content-Type": "application/vnd.x+json; charset=utf-8"}"#])
    func aTextThatIsJSON(headers: String) async throws {
        let story = Story(after: ("\"}, \\ \n", nil))
        let (request, _) = try await request(
            #""url": "PEER/", "body": "{\"a\": \"${line.status}\", \"b\": []}""# + headers,
            try story.message("incident.opened")
        )
        #expect(text(request) == #"{"a":"\"}, \\ \n","b":[]}"#)
        let type = headers.isEmpty ? "application/json" : "application/vnd.x+json; charset=utf-8"
        #expect(request.all("Content-Type") == [type])
    }

    @Test(arguments: [
        ("application/x-www-form-urlencoded", "to=a%40x&text=a+%26+%3Cb%3E+%25"),
        ("Application/X-WWW-Form-URLEncoded; charset=UTF-8", "to=a%40x&text=a+%26+%3Cb%3E+%25"),
        ("text/plain; charset=utf-8", "to=a%40x&text=a & <b> %"), ("text/html", "to=a%40x&text=a &amp; &lt;b&gt; %"),
    ])
    func aTextIsEscapedByItsContentType(type: String, body: String) async throws {
        let (request, _) = try await request(
            #""url": "PEER/", "headers": {"content-type": "\#(type)"}, "body": "to=a%40x&text=${alert.remedy}""#,
            alert(remedy: "a & <b> %")
        )
        #expect(text(request) == body)
        #expect(request.all("Content-Type") == [type])
    }

    @Test func fieldsInURLAndHeaders() async throws {
        let (request, payload) = try await request(
            #""method": "PUT", "url": "PEER/lines/${line.phone_number}?d=${line.decision}&r=${line.reasons}&id=${id}", "#
                + #""headers": {"X-Status": "is ${line.status}!", "X-Id": "${id}", "X-Key": {"env": "KEY"}}"#,
            try Story(after: ("A\r\nX-Evil: 1", nil)).message("line.paused"),
            ["KEY": "sk_${line.status}$${"]
        )
        #expect(
            request.line
                == "PUT /lines/%2B12025551234?d=paused&r=status%20is%20A%0D%0AX-Evil%3A%201%2C%20which%20is%20not%20known"
                + "%20to%20be%20safe&id=dlv_1 HTTP/1.1"
        )
        #expect(request.all("X-Status") == ["is AX-Evil: 1!"] && request.all("X-Evil") == [])
        #expect(request.all("X-Id") == ["dlv_1"])
        // A secret is not read for fields; and neither it nor the URL is stored.
        #expect(request.all("X-Key") == ["sk_${line.status}$${"])
        #expect(!payload.contains("sk_") && !payload.contains("/lines/"))
        // Without `body` the message itself is sent, as ever.
        #expect(text(request).hasPrefix(#"{"type":"line.paused","timestamp""#))
        #expect(request.all("Content-Type") == ["application/json"])
    }

    @Test(arguments: ["GET", "DELETE"]) func withoutABody(method: String) async throws {
        let (request, _) = try await request(#""method": "\#(method)", "url": "PEER/?n=${line.phone_number}""#)
        #expect(request.line == "\(method) /?n=%2B12025551234 HTTP/1.1")
        #expect(request.body == [] && request.all("Content-Type") == [] && request.all("Content-Length") == [])
    }

    @Test func deleteWithABody() async throws {
        let (request, _) = try await request(#""method": "DELETE", "url": "PEER/", "body": ["${type}"]"#)
        #expect(request.line == "DELETE / HTTP/1.1" && text(request) == #"["incident.opened"]"#)
    }

    /// Mailgun's key is a password, and can stand in the URL.
    @Test func credentialsInTheURL() async throws {
        let keys = #""url": {"env": "URL"}, "body": {"a": "b"}"#
        let (request, payload) = try await request(keys, nil, ["URL": "http://api:hunter2@PEER/v3/x"])
        #expect(request.line == "POST /v3/x HTTP/1.1")
        #expect(request.all("Authorization") == ["Basic YXBpOmh1bnRlcjI="])
        #expect(!payload.contains("hunter2"))
    }

    @Test func theSignatureCoversWhatIsSent() async throws {
        let secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let keys = #""url": "PEER/", "secret": {"env": "S"}, "body": {"text": "${text}"}"#
        let (request, _) = try await request(keys, nil, ["S": secretText])
        let secret = try #require(SigningSecret(Secret(secretText)))
        let headers = SignatureHeaders { request.all($0) }
        func verdict(_ body: [UInt8]) -> SignatureVerdict {
            headers.judge(body: body, secrets: [secret], now: moment, tolerance: .minutes(5))
        }
        #expect(verdict(request.body) == .genuine(.standard, id: "dlv_1"))
        #expect(verdict(request.body + [0x20]) == .mismatch(.standard))
    }

    /// Deliveries survive a change of the configuration; each goes with the content type it was made for.
    @Test func payloadsOfAnotherConfiguration() async throws {
        let peer = try await Peer { _ in .answer(response(200)) }
        let message = try Story().message("incident.opened")
        let plain = try hook(#""url": "\#(peer.url)/plain""#)
        let form = try hook(
            #""url": "\#(peer.url)/form/${line.status}", "headers": {"Content-Type": "text/plain"}, "body": "${type}""#
        )
        #expect(await form.deliver(attempt(plain.render(message))).isDelivered)
        #expect(await plain.deliver(attempt(form.render(message))).isDelivered)
        let requests = await peer.requests
        // The values come from the message itself, although nobody kept them for a URL.
        #expect(requests.map(\.path) == ["/form/FLAGGED", "/plain"])
        #expect(requests.map(text) == [message.json.text(), "incident.opened"])
        #expect(requests.map { $0.all("Content-Type") } == [["text/plain"], ["text/plain"]])
    }

    @Test func groups() async throws {
        let (request, _) = try await request(
            #""url": "PEER/?n=${line.phone_number}", "body": {"text": "${text}", "ids": "${incident.id}"}"#,
            try group()
        )
        #expect(request.path == "/?n=%2B12025550001%2C%20%2B12025550002%2C%20%2B12025550003")
        let body = try JSON.parse(request.body)
        #expect(body["ids"] == "inc_1" && body["text"]?.string?.contains("- +12025550002 is slowed") == true)
    }
}
