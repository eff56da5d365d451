import JSON
import Testing

@testable import Linq

/// Answers that cannot be understood, by the member that is to blame; and what is understood in spite of oddities.
@Suite struct AnswerReaderTests {
    @Test(arguments: [
        ("7", "it is not an object"), ("{}", "phone_numbers is missing"),
        (#"{"phone_numbers": null}"#, "phone_numbers is missing"),
        (#"{"phone_numbers": {}}"#, "phone_numbers is not an array"),
        (#"{"phone_numbers": [1]}"#, "phone_numbers[0] is not an object"),
        (#"{"phone_numbers": [{"phone_number": "+1"}]}"#, "phone_numbers[0].id is missing"),
        (#"{"phone_numbers": [{"id": 1.5, "phone_number": "+1"}]}"#, "phone_numbers[0].id is not a text"),
        (#"{"phone_numbers": [{"id": "a"}]}"#, "phone_numbers[0].phone_number is missing"),
        (
            #"{"phone_numbers": [{"id": "a", "phone_number": "+1"}, {"id": "b", "phone_number": 1}]}"#,
            "phone_numbers[1].phone_number is not a text"
        ),
        (
            #"{"phone_numbers": [{"id": "a", "phone_number": "+1", "forwarding_number": 7}]}"#,
            "phone_numbers[0].forwarding_number is not a text"
        ),
        (
            #"{"phone_numbers": [{"id": "a", "phone_number": "+1", "reputation": "HEALTHY"}]}"#,
            "phone_numbers[0].reputation is not an object"
        ),
        (
            #"{"phone_numbers": [{"id": "a", "phone_number": "+1", "response_rate": "1"}]}"#,
            "phone_numbers[0].response_rate is not a whole number"
        ),
    ])
    func badLines(body: String, reason: String) async throws {
        let error = try #require(await failure(try Wire(.ok(body)).api().lines))
        #expect(error.kind == .unreadable && error.message == reason)
        #expect(error.description == "Linq's answer could not be understood: \(reason)")
    }

    @Test(arguments: [
        (#"{"target_url": "a", "is_active": true}"#, "id is missing"),
        (#"{"id": "a", "is_active": true}"#, "target_url is missing"),
        (#"{"id": "a", "target_url": "b"}"#, "is_active is missing"),
        (#"{"id": "a", "target_url": "b", "is_active": "yes"}"#, "is_active is not true or false"),
        (
            #"{"id": "a", "target_url": "b", "is_active": true, "subscribed_events": [1]}"#,
            "subscribed_events[0] is not a text"
        ),
        (
            #"{"id": "a", "target_url": "b", "is_active": true, "created_at": "now"}"#,
            "created_at is not an RFC 3339 time"
        ),
    ])
    func badSubscriptions(body: String, reason: String) async throws {
        let api = try Wire(.ok(body)).api()
        let error = await failure { () async throws(PartnerError) in try await api.subscription("a") }
        #expect(error?.kind == .unreadable && error?.message == reason)
    }

    @Test(
        "Reputation under both names, verbatim; the worse one counts",
        arguments: [
            ("", [], nil), (#", "reputation": null"#, [], nil), (#", "reputation": {}"#, [], nil),
            (#", "reputation": {"status": "HEALTHY"}"#, ["HEALTHY"], "HEALTHY"),
            (#", "health_status": {"status": "AT_RISK"}"#, ["AT_RISK"], "AT_RISK"),
            (
                #", "reputation": {"status": "AT_RISK"}, "health_status": {"status": "AT_RISK"}"#, ["AT_RISK"],
                "AT_RISK"
            ),
            (
                #", "reputation": {"status": "HEALTHY"}, "health_status": {"status": "CRITICAL"}"#,
                ["HEALTHY", "CRITICAL"], "CRITICAL"
            ),
            (
                #", "reputation": {"status": "SUSPENDED"}, "health_status": {"status": "CRITICAL"}"#,
                ["SUSPENDED", "CRITICAL"], "SUSPENDED"
            ),
            (#", "reputation": {"status": 7}"#, ["7"], "7"),
        ] as [(String, [String], String?)]
    )
    func reputation(members: String, values: [String], worst: String?) throws {
        let json = try JSON.parse(Array(#"{"id": "a", "phone_number": "+1"\#(members), "future": [1]}"#.utf8))
        let line = try AccountLine(AnswerReader(json))
        #expect(line.reputations == values && line.reputation == worst)
    }
}
