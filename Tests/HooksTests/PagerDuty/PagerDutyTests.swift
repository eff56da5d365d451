import Chrono
import Crypto
import HTTPClient
import JSON
import Lines
import Testing

@testable import Hooks

@Suite(.timeLimit(.minutes(1))) struct PagerDutyTests {
    private static let key = "0123456789abcdef0123456789abcdef"

    private func pagerDuty(_ url: String = "https://events.pagerduty.com/v2/enqueue") throws -> PagerDuty {
        PagerDuty(
            configuration: PagerDutyConfiguration(url: try #require(HookURL(url)), routingKey: Secret(Self.key)),
            timeout: .seconds(30),
            client: HTTPClient(userAgent: "linewarden/test")
        )
    }

    private func event(_ message: Message) throws -> JSON { try JSON.parse(try pagerDuty().render(message)) }

    @Test func goldenTrigger() throws {
        let message = try Story().message("incident.opened")
        let details = try #require(message.json["data"])
        #expect(
            try event(message).text() == #"{"routing_key":"0123456789abcdef0123456789abcdef","event_action":"trigger","#
                + #""dedup_key":"linewarden/inc_1","payload":{"#
                + #""summary":"Line +12025551234 is paused: status is FLAGGED, reputation is CRITICAL","#
                + #""source":"+12025551234","severity":"critical","timestamp":"2026-02-18T18:35:05.120Z","#
                + #""component":"linq line","class":"incident.opened","#
                + #""custom_details":\#(details.text())},"client":"linewarden"}"#
        )
    }

    /// Nothing but the key and what to do with it, and the same key as the trigger.
    @Test func goldenResolve() throws {
        let story = Story(before: ("FLAGGED", nil), after: ("ACTIVE", "HEALTHY"), step: .resolved)
        #expect(
            try event(try story.message("incident.resolved")).text()
                == #"{"routing_key":"0123456789abcdef0123456789abcdef","event_action":"resolve","#
                + #""dedup_key":"linewarden/inc_1"}"#
        )
    }

    @Test func anUpdateConcernsTheSameAlert() throws {
        let story = Story(before: ("FLAGGED", nil), after: (nil, "CRITICAL"), step: .updated)
        let update = try event(try story.message("incident.updated"))
        #expect(update["event_action"] == "trigger")
        #expect(update["dedup_key"] == "linewarden/inc_1")
        #expect(update["payload"]?["severity"] == "error")
    }

    @Test(
        arguments: [
            (("FLAGGED", nil), "critical"), (("LIMBO", nil), "critical"), ((nil, "CRITICAL"), "error"),
            ((nil, "AT_RISK"), "warning"),
        ] as [(Story.Axes, String)]
    )
    func severities(after: Story.Axes, severity: String) throws {
        let event = try event(try Story(after: after).message("incident.opened"))
        #expect(event["payload"]?["severity"]?.string == severity)
    }

    /// One alert for each kind of trouble, however often it is told.
    @Test func alerts() throws {
        let event = try event(alert())
        #expect(event["event_action"] == "trigger")
        #expect(event["dedup_key"] == "linewarden/delivery_dead")
        #expect(event["payload"]?["summary"] == "linewarden: deliveries fail")
        #expect(event["payload"]?["source"] == "linewarden")
        #expect(event["payload"]?["severity"] == "warning")
    }

    /// Events API v2: summary 1,024 characters, the event 512 KB.
    @Test(arguments: ["x", "😀", "👨‍👩‍👧‍👦", "\u{301}", "\u{0}", "\"", "<"])
    func enormousValuesFit(piece: String) throws {
        for count in [1_100, 60_000, 400_000] {
            let enormous = String(repeating: piece, count: count / piece.utf8.count)
            for message in [
                try Story(after: (enormous, enormous)).message("incident.opened"),
                alert(summary: enormous, remedy: enormous),
            ] {
                let bytes = try pagerDuty().render(message)
                #expect(bytes.count <= 512_000)
                let payload = try #require(try JSON.parse(bytes)["payload"])
                let summary = try #require(payload["summary"]?.string)
                #expect(summary.utf16.count <= 1_024)
                #expect(
                    ["Line +12025551234 is paused", "linewarden: "].contains { summary.utf8.starts(with: $0.utf8) }
                )
            }
        }
    }

    @Test func delivery() async throws {
        let accepted = #"{"status":"success","message":"Event processed","dedup_key":"linewarden/inc_1"}"#
        let peer = try await Peer { _ in .answer(response(202, accepted)) }
        let pagerDuty = try pagerDuty("\(peer.url)/v2/enqueue")
        let payload = pagerDuty.render(try Story().message("incident.opened"))
        #expect(await pagerDuty.deliver(attempt(payload)).isDelivered)
        let request = try #require(await peer.requests.first)
        #expect(request.line == "POST /v2/enqueue HTTP/1.1")
        #expect(request.all("Content-Type") == ["application/json"])
        #expect(request.body == payload)
    }

    // 400 is final, because an invalid event stays so; what 429 answers was not ingested.
    @Test func refusals() async throws {
        let invalid = #"{"status":"invalid event","message":"Event object is invalid","errors":["x"]}"#
        let peer = try await Peer { $0.path == "/400" ? .answer(response(400, invalid)) : .answer(response(429)) }
        let outcome = try await pagerDuty("\(peer.url)/400").deliver(attempt())
        #expect(outcome == .failed(Failure("http_400", "HTTP 400: \(invalid)")))
        let limited = try await pagerDuty("\(peer.url)/429").deliver(attempt())
        #expect(limited == .retry(after: nil, Failure("http_429", "HTTP 429")))
    }
}
