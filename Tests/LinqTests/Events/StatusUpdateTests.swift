import Chrono
import JSON
import Testing

@testable import Linq

@Suite struct StatusUpdateTests {
    struct Generation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let data: String
        var status: [String?] = ["ACTIVE", "FLAGGED"]
        var reputation: [String] = []
        var previousReputation: String?
    }

    @Test(arguments: [
        Generation(
            testDescription: "first: the status alone",
            data: #""previous_status": "ACTIVE", "new_status": "FLAGGED""#
        ),
        Generation(
            testDescription: "second: health_status beside it",
            data: #"""
                "previous_status": "ACTIVE", "new_status": "FLAGGED",
                "previous_health_status": "AT_RISK", "new_health_status": "CRITICAL"
                """#,
            reputation: ["CRITICAL"],
            previousReputation: "AT_RISK"
        ),
        Generation(
            testDescription: "third: reputation, with health_status as its alias",
            data: #"""
                "previous_status": "ACTIVE", "new_status": "FLAGGED",
                "previous_health_status": "AT_RISK", "new_health_status": "CRITICAL",
                "previous_reputation": "AT_RISK", "new_reputation": "CRITICAL"
                """#,
            reputation: ["CRITICAL"],
            previousReputation: "AT_RISK"
        ),
        Generation(
            testDescription: "third, the alias gone",
            data: #"""
                "previous_status": "ACTIVE", "new_status": "FLAGGED",
                "previous_reputation": "HEALTHY", "new_reputation": "AT_RISK"
                """#,
            reputation: ["AT_RISK"],
            previousReputation: "HEALTHY"
        ),
        Generation(
            testDescription: "third, the status gone",
            data: #""previous_reputation": "HEALTHY", "new_reputation": "AT_RISK""#,
            status: [nil, nil],
            reputation: ["AT_RISK"],
            previousReputation: "HEALTHY"
        ),
        Generation(
            testDescription: "the two names disagree",
            data: #"""
                "new_reputation": "HEALTHY", "new_health_status": "CRITICAL",
                "previous_reputation": "AT_RISK", "previous_health_status": "HEALTHY"
                """#,
            status: [nil, nil],
            reputation: ["HEALTHY", "CRITICAL"],
            previousReputation: "AT_RISK"
        ),
        Generation(
            testDescription: "one of the two names is null",
            data: #""new_reputation": null, "new_health_status": "CRITICAL", "previous_health_status": "AT_RISK""#,
            status: [nil, nil],
            reputation: ["CRITICAL"],
            previousReputation: "AT_RISK"
        ),
        Generation(testDescription: "nothing but the number", data: #""note": 1"#, status: [nil, nil]),
        Generation(
            testDescription: "null everywhere",
            data: #"""
                "previous_status": null, "new_status": null, "new_reputation": null, "new_health_status": null,
                "previous_reputation": null, "previous_health_status": null
                """#,
            status: [nil, nil]
        ),
    ])
    func generations(_ item: Generation) throws {
        let text = #"{"phone_number": "+12025551234", "changed_at": "2026-02-18T18:35:05.12Z", \#(item.data)}"#
        let update = try StatusUpdate(JSON.parse(text))
        #expect(update.phoneNumber == "+12025551234")
        #expect(update.changedAt == Timestamp(rfc3339: "2026-02-18T18:35:05.120Z"))
        #expect([update.previousStatus, update.newStatus] == item.status)
        #expect(update.newReputation == item.reputation)
        #expect(update.previousReputation == item.previousReputation)
    }

    /// Verbatim: what a value means is decided elsewhere, and what is not understood there is unsafe.
    @Test(arguments: [
        (#""SUSPENDED""#, "SUSPENDED"), (#""flagged""#, "flagged"), (#""""#, ""), ("7", "7"), ("true", "true"),
        (#"{"value":"ACTIVE"}"#, #"{"value":"ACTIVE"}"#), (#"["ACTIVE"]"#, #"["ACTIVE"]"#), ("1.50", "1.50"),
    ])
    func oddValuesAreKept(json: String, text: String) throws {
        let update = try StatusUpdate(
            JSON.parse(#"{"phone_number": "+1", "new_status": \#(json), "new_reputation": \#(json)}"#)
        )
        #expect(update.newStatus == text)
        #expect(update.newReputation == [text])
    }

    @Test(arguments: [nil, "null", "7", #""""#, #""yesterday""#, #""2026-02-18""#, #""1771439705""#])
    func withoutATime(json: String?) throws {
        let member = json.map { #", "changed_at": \#($0)"# } ?? ""
        #expect(try StatusUpdate(JSON.parse(#"{"phone_number": "+1"\#(member)}"#)).changedAt == nil)
    }

    @Test(arguments: [
        ("null", "data is not an object"), ("[]", "data is not an object"), (#""x""#, "data is not an object"),
        ("{}", "data.phone_number is missing or not a text"),
        (#"{"phone_number": 12025551234}"#, "data.phone_number is missing or not a text"),
        (#"{"phone_number": null}"#, "data.phone_number is missing or not a text"),
        (#"{"Phone_Number": "+1"}"#, "data.phone_number is missing or not a text"),
    ])
    func refuses(json: String, reason: String) {
        #expect(throws: EnvelopeError(reason: reason)) { try StatusUpdate(JSON.parse(json)) }
    }
}
