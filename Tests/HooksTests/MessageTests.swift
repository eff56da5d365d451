import Chrono
import JSON
import Lines
import Testing

@testable import Hooks

@Suite struct MessageTests {
    /// The shape that is promised to receivers: every member, in this order, with these names.
    @Test func golden() throws {
        #expect(
            try Story().message("line.paused").json.text(pretty: true) == """
                {
                  "type": "line.paused",
                  "timestamp": "2026-02-18T18:35:05.120Z",
                  "data": {
                    "line": {
                      "phone_number": "+12025551234",
                      "decision": "paused",
                      "status": "FLAGGED",
                      "reputation": "CRITICAL",
                      "reasons": [
                        "status is FLAGGED",
                        "reputation is CRITICAL"
                      ],
                      "since": "2026-02-18T18:35:05.000Z"
                    },
                    "incident": {
                      "id": "inc_1",
                      "opened_at": "2026-02-18T18:35:05.000Z",
                      "severity": "critical"
                    },
                    "event": {
                      "event_id": "evt_1",
                      "trace_id": "trace-1",
                      "changed_at": "2026-02-18T18:35:00.000Z",
                      "previous": {
                        "status": "ACTIVE",
                        "reputation": "AT_RISK"
                      },
                      "new": {
                        "status": "FLAGGED",
                        "reputation": "CRITICAL"
                      }
                    }
                  }
                }
                """
        )
    }

    @Test func aClosedIncidentSaysWhen() throws {
        let message = try Story(before: ("FLAGGED", nil), after: ("ACTIVE", "HEALTHY"), step: .resolved)
            .message("incident.resolved")
        #expect(
            message.json["data"]?["incident"]?.text()
                == #"{"id":"inc_1","opened_at":"2026-02-18T16:30:05.000Z","severity":"info","#
                + #""closed_at":"2026-02-18T18:35:05.000Z"}"#
        )
        #expect(message.json["data"]?["line"]?["decision"] == "allowed")
        #expect(message.json["data"]?["line"]?["reasons"] == [])
    }

    /// Members that receivers read are there as null; whole parts that do not apply are not.
    @Test func whatIsNotKnownIsNull() throws {
        let story = Story(before: (nil, nil), after: (nil, "AT_RISK"), step: nil, traceID: nil)
        let data = try #require(try story.message("line.slowed").json["data"])
        #expect(data["line"]?["status"] == .null)
        #expect(data["event"]?["trace_id"] == .null)
        #expect(data["event"]?["previous"]?.text() == #"{"status":null,"reputation":null}"#)
        #expect(data["event"]?["new"]?.text() == #"{"status":null,"reputation":"AT_RISK"}"#)
        #expect(data.members?.map(\.key) == ["line", "event"])
    }

    /// A change of rules has no event behind it.
    @Test func withoutAnEvent() throws {
        let message = try Story(eventID: nil).message("line.paused")
        #expect(message.event == nil)
        #expect(message.json["data"]?.members?.map(\.key) == ["line", "incident"])
    }

    /// What the ledger knew counts; where it knew nothing, what the event says of the time before.
    @Test(arguments: [
        (
            Story(before: ("ACTIVE", nil), previous: ("OTHER", "HEALTHY")),
            #"{"status":"ACTIVE","reputation":"HEALTHY"}"#
        ),
        (Story(before: (nil, nil), previous: ("ACTIVE", nil)), #"{"status":"ACTIVE","reputation":null}"#),
    ])
    func previous(story: Story, text: String) throws {
        #expect(try story.message("line.paused").json["data"]?["event"]?["previous"]?.text() == text)
    }

    @Test(arguments: [
        (Story(), true), (Story(before: ("FLAGGED", nil)), false),
        (Story(before: (nil, "AT_RISK"), after: (nil, "AT_RISK")), false),
    ])
    func newDecision(story: Story, isNew: Bool) throws {
        #expect(try story.message("incident.updated").line?.isNewDecision == isNew)
    }

    /// A value of the vendor's that nobody knows is told verbatim, as text and never as structure.
    @Test func valuesAreVerbatim() throws {
        let odd = "\"},\n{\u{0}\u{2028}<&>é😀"
        let message = try Story(after: (odd, "CRITICAL")).message("line.paused")
        let parsed = try JSON.parse(message.json.bytes())
        #expect(parsed == message.json)
        #expect(parsed["data"]?["line"]?["status"]?.string == odd)
    }

    @Test func alerts() {
        #expect(
            alert().json.text() == #"{"type":"daemon.alert","timestamp":"2026-02-18T18:35:05.000Z","data":{"alert":"#
                + #"{"kind":"delivery_dead","summary":"deliveries fail","remedy":"Repair the hook."}}}"#
        )
    }
}
