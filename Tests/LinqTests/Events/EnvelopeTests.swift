import Chrono
import JSON
import Testing

@testable import Linq

@Suite struct EnvelopeTests {
    @Test func aWholeEnvelope() throws {
        let envelope = try read(
            #"""
            {"api_version": "v3", "webhook_version": "2026-02-03", "event_type": "phone_number.status_updated",
             "event_id": "evt_1", "created_at": "2026-02-18T18:35:05.120Z", "trace_id": "tr_1", "partner_id": "p",
             "data": {"phone_number": "+12025551234"}, "novelty": [1, {"a": null}]}
            """#
        )
        #expect(envelope.eventType == "phone_number.status_updated")
        #expect(envelope.eventID == "evt_1")
        #expect(envelope.createdAt == Timestamp(rfc3339: "2026-02-18T18:35:05.120Z"))
        #expect(envelope.traceID == "tr_1")
        #expect(envelope.data == ["phone_number": "+12025551234"])
    }

    /// The guide prints the bare `data` object as "the payload".
    @Test(arguments: [
        (String?.none, "phone_number.status_updated"), ("", "phone_number.status_updated"),
        ("phone_number.status_updated", "phone_number.status_updated"),
        ("phone_number.assigned", "phone_number.assigned"),
    ])
    func bareData(announced: String?, type: String) throws {
        let envelope = try read(#"{"phone_number": "+12025551234", "new_status": "FLAGGED"}"#, announced)
        #expect(envelope.eventType == type)
        #expect(envelope.data["new_status"] == "FLAGGED")
        #expect(envelope.eventID == nil && envelope.createdAt == nil && envelope.traceID == nil)
    }

    /// The type of a body, what the header announces, and what is taken for the type.
    @Test(
        arguments: [
            (#""a.b""#, "c.d", "a.b"), (#""a.b""#, nil, "a.b"), (#""""#, "c.d", "c.d"), ("7", "c.d", "c.d"),
            ("null", "c.d", "c.d"), ("null", "", nil), ("null", nil, nil), (#"["a.b"]"#, nil, nil), (#""""#, nil, nil),
        ] as [(String, String?, String?)]
    )
    func type(written: String, announced: String?, type: String?) throws {
        let envelope = try read(#"{"event_type": \#(written), "data": {}}"#, announced)
        #expect(envelope.eventType == type)
    }

    /// What an envelope has is not bare data, also with a phone number beside it.
    @Test(
        arguments: [
            (#"{"phone_number": "+1", "data": {"a": 1}}"#, ["a": 1]),
            (#"{"phone_number": "+1", "data": null}"#, nil),
            (#"{"phone_number": "+1", "event_type": "phone_number.status_updated"}"#, nil),
            (#"{"new_status": "FLAGGED"}"#, nil), ("{}", nil), (#"{"data": [1]}"#, [1]),
        ] as [(String, JSON)]
    )
    func data(text: String, data: JSON) throws {
        #expect(try read(text).data == data)
    }

    /// Members of the wrong type are as good as missing.
    @Test(arguments: ["7", "null", "true", "{}", "[]", #""""#])
    func oddMembers(value: String) throws {
        let envelope = try read(
            #"{"event_type": "a", "event_id": \#(value), "created_at": \#(value), "trace_id": \#(value), "data": {}}"#
        )
        #expect(envelope.eventID == nil && envelope.createdAt == nil && envelope.traceID == nil)
        #expect(envelope.eventType == "a")
    }

    @Test(arguments: ["yesterday", "1771439705", "2026-02-18", "2026-02-18T18:35:05"])
    func oddTimes(text: String) throws {
        #expect(try read(#"{"event_type": "a", "created_at": "\#(text)"}"#).createdAt == nil)
    }

    @Test(arguments: [
        ("", "the body is not JSON: the document is empty at byte 0"),
        ("{", "the body is not JSON: the document ends too early: expected a key in double quotes at byte 1"),
        (
            "phone=1",
            "the body is not JSON: 'phone' is not a JSON value; a string is written in double quotes at byte 0"
        ),
        ("{}x", "the body is not JSON: expected the end of the document, found 'x' at byte 2"),
        ("[]", "the body is JSON, but not an object"), ("null", "the body is JSON, but not an object"),
        (#""text""#, "the body is JSON, but not an object"), ("7", "the body is JSON, but not an object"),
    ])
    func refuses(text: String, reason: String) {
        #expect(throws: EnvelopeError(reason: reason)) { try read(text) }
    }

    private func read(_ text: String, _ announced: String? = nil) throws -> Envelope {
        try Envelope(Array(text.utf8), announcedType: announced)
    }
}
