import Chrono
import Crypto
import HTTPClient
import JSON
import Lines
import Testing

@testable import Hooks

@Suite(.timeLimit(.minutes(5))) struct PagerDutyTests {
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

    /// An alert that somebody has closed by hand, or snoozed, is there again: a reminder is a trigger of the same key.
    @Test func aReminderTriggersTheSameAlert() throws {
        let reminder = try event(try Story().message("incident.reminder"))
        #expect(reminder["event_action"] == "trigger" && reminder["dedup_key"] == "linewarden/inc_1")
        #expect(
            reminder["payload"]?["summary"]?.string
                == "Reminder: +12025551234 is still paused: status is FLAGGED, reputation is CRITICAL"
        )
    }

    @Test func aTestAlarmsNobody() throws {
        let test = try event(Message(type: "test", timestamp: moment))
        #expect(test["event_action"] == "trigger" && test["dedup_key"] == "linewarden/test")
        #expect(test["payload"]?["severity"] == "info")
        #expect(test["payload"]?["summary"] == "Test: linewarden reaches this hook")
    }

    /// Events API v2: `dedup_key` has 255 characters at the most; what is shortened must stay unique, and the same.
    @Test func theKeyIsNeverTooLong() throws {
        func key(_ kind: String) throws -> String {
            let message = Message(alert: .init(kind: kind, summary: "x", remedy: "y"), at: moment)
            return try #require(try event(message)["dedup_key"]?.string)
        }
        let long = String(repeating: "é", count: 200)
        #expect(try key(String(repeating: "x", count: 244)).utf8.count == 255)
        #expect(try key(long).utf8.count == "linewarden/".count + 64)
        #expect(try key(long) == key(long) && key(long) != key(long + "x"))
    }

    @Test func detailsThatAreTooLargeAreLeftOut() throws {
        let enormous = String(repeating: "x", count: 500_000)
        let payload = try event(alert(remedy: enormous))["payload"]
        #expect(payload?["custom_details"]?.text() == #"{"left_out":"the details are too large for an event"}"#)
    }

    /// 200 is not 202: something else answers at that address.
    @Test(arguments: [200, 201, 204]) func anotherSuccessIsNone(status: Int) async throws {
        let peer = try await Peer { _ in .answer(response(status)) }
        let outcome = try await pagerDuty("\(peer.url)/").deliver(attempt())
        let words = "HTTP \(status) (PagerDuty says 202 when it has taken an event)"
        #expect(outcome == .retry(after: nil, Failure("not_accepted", words, mayHaveArrived: true)))
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
