import Chrono
import Crypto
import HTTPWire
import JSON
import Lines
import Linq
import Testing

@testable import Intake

@Suite struct IntakeTests {
    private static let flagged =
        #""phone_number": "+12025551234", "previous_status": "ACTIVE", "new_status": "FLAGGED""#

    // MARK: Signatures

    @Test(arguments: [[SignatureScheme.standard], [.legacy], [.standard, .legacy]] as [Set<SignatureScheme>])
    func aGenuineDeliveryIsStored(schemes: Set<SignatureScheme>) throws {
        let body = statusUpdate(
            #"\#(Self.flagged), "changed_at": "2026-02-18T18:35:00.120Z""#,
            envelope: #""event_id": "evt_1", "created_at": "2026-02-18T18:35:01Z", "trace_id": "tr_1", "#
        )
        let request = try request(body, schemes: schemes)
        let (event, notes) = try endpoint().examine(request, now: now).stored()
        #expect(event.id == "evt_1" && event.type == "phone_number.status_updated" && event.traceID == "tr_1")
        #expect(event.createdAt == Timestamp(rfc3339: "2026-02-18T18:35:01Z"))
        #expect(event.receivedAt == now && event.endpoint == "/webhooks/linq" && event.body == Array(body.utf8))
        #expect(notes.isEmpty)
        guard case .observation(let observation) = event.meaning else {
            Issue.record("\(event.meaning)")
            return
        }
        let line = try #require(PhoneNumber("+12025551234"))
        let changedAt = try #require(Timestamp(rfc3339: "2026-02-18T18:35:00.120Z"))
        let claim = Claim(Status.flagged, previous: .active)
        #expect(observation == Observation(line: line, source: .webhook, changedAt: changedAt, status: claim))
    }

    @Test(arguments: [
        (
            ["Webhook-Id"], "signature_missing", "webhook-id missing"
        ),
        (
            ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"], "signature_missing",
            "neither webhook-id, webhook-timestamp and webhook-signature nor X-Webhook-Signature is there"
        ),
    ])
    func withoutHeaders(names: [String], error: String, detail: String) throws {
        let whole = try request(statusUpdate(Self.flagged))
        var headers = HTTPHeaders()
        for (name, value) in whole.headers where !names.contains(name) { headers.append(name, value) }
        let request = HTTPRequest(method: "POST", target: "/webhooks/linq", headers: headers, body: whole.body)
        // Nobody who sends this is Linq with another secret: final, before the first verified delivery too.
        for hasVerified in [false, true] {
            let refusal = try endpoint(hasVerified: hasVerified).examine(request, now: now).refused()
            #expect(refusal.status == .unauthorized)
            #expect(refusal.error == error)
            #expect(refusal.detail == detail)
        }
    }

    @Test func malformedHeadersAreFinal() throws {
        var request = try request(statusUpdate(Self.flagged))
        request = HTTPRequest(
            method: "POST",
            target: "/webhooks/linq",
            headers: ["webhook-id": "msg_1", "webhook-timestamp": "now", "webhook-signature": "v1,AAAA"],
            body: request.body
        )
        for hasVerified in [false, true] {
            let refusal = try endpoint(hasVerified: hasVerified).examine(request, now: now).refused()
            #expect(refusal.status == .unauthorized)
            #expect(refusal.error == "signature_malformed")
            #expect(refusal.detail == "webhook-timestamp is not a number of seconds since 1970")
        }
    }

    /// The answer holds the seconds, from which clock skew is diagnosed.
    @Test(arguments: [
        (
            Int64(301), Span.minutes(5),
            "the signature's timestamp is 301 s old; 5 min are allowed: is the clock of either side wrong?"
        ),
        (
            -301, .minutes(5),
            "the signature's timestamp is 301 s ahead of this server's clock; "
                + "5 min are allowed: is the clock of either side wrong?"
        ),
        (
            7_200, .seconds(90),
            "the signature's timestamp is 7200 s old; 1 min 30 s are allowed: is the clock of either side wrong?"
        ),
    ])
    func staleDeliveries(age: Int64, tolerance: Span, detail: String) throws {
        for schemes in [[.standard], [.legacy]] as [Set<SignatureScheme>] {
            for hasVerified in [false, true] {
                let endpoint = try endpoint(tolerance: tolerance, hasVerified: hasVerified)
                let request = try request(statusUpdate(Self.flagged), schemes: schemes, age: age)
                let refusal = try endpoint.examine(request, now: now).refused()
                #expect(refusal.status == .unauthorized)
                #expect(refusal.error == "signature_stale")
                #expect(refusal.detail == detail)
            }
        }
    }

    @Test(arguments: [Int64(300), 0, -300])
    func freshDeliveries(age: Int64) throws {
        _ = try endpoint().examine(request(statusUpdate(Self.flagged), age: age), now: now).stored()
    }

    /// Until a delivery has verified, the wrong secret may be ours, and a 4xx would lose the event for good.
    @Test(arguments: [[SignatureScheme.standard], [.legacy]] as [Set<SignatureScheme>])
    func aMismatchIsFinalOnlyOnceOurSecretIsKnownToBeGood(schemes: Set<SignatureScheme>) throws {
        let endpoint = try endpoint(hasVerified: false)
        let forged = try request(statusUpdate(Self.flagged), schemes: schemes, secret: otherSecretText)
        let early = try endpoint.examine(forged, now: now).refused()
        #expect(early.status == .serviceUnavailable)
        #expect(early.error == "signature_mismatch")
        #expect(early.detail == "no secret of this endpoint made this signature")
        #expect(!endpoint.hasVerified)
        #expect(endpoint.noteVerified())
        let late = try endpoint.examine(forged, now: now).refused()
        #expect(late.status == .unauthorized)
        #expect(late.error == "signature_mismatch" && late.detail == early.detail)
    }

    @Test func anySecretOfTheEndpointWillDo() throws {
        let endpoint = try endpoint(secrets: [otherSecretText, secretText])
        _ = try endpoint.examine(request(statusUpdate(Self.flagged)), now: now).stored()
        _ = try endpoint.examine(request(statusUpdate(Self.flagged), secret: otherSecretText), now: now).stored()
    }

    // MARK: Meanings

    @Test(arguments: [
        (#"{"event_type": "message.sent", "data": {}}"#, String?.none, "message.sent"),
        (#"{"event_type": "PHONE_NUMBER.STATUS_UPDATED"}"#, nil, "PHONE_NUMBER.STATUS_UPDATED"),
        (#"{"data": {}}"#, "chat.created", "chat.created"),
        // The body is signed, the header is not: the body decides.
        (#"{"event_type": "message.sent"}"#, "phone_number.status_updated", "message.sent"),
    ])
    func otherTypesAreIgnored(body: String, announced: String?, type: String) throws {
        guard case .ignore(type) = try endpoint().examine(request(body, announced: announced), now: now) else {
            Issue.record("not ignored: \(body)")
            return
        }
    }

    @Test(arguments: [
        ("", "the body is not JSON: the document is empty at byte 0"),
        ("[]", "the body is JSON, but not an object"),
        ("{}", "the body has no event_type"),
        (#"{"event_type": 7, "data": {}}"#, "the body has no event_type"),
        (#"{"event_type": "phone_number.status_updated"}"#, "data is not an object"),
        (#"{"event_type": "phone_number.status_updated", "data": []}"#, "data is not an object"),
        (statusUpdate(""), "data.phone_number is missing or not a text"),
        (statusUpdate(#""phone_number": 12025551234"#), "data.phone_number is missing or not a text"),
        (statusUpdate(#""phone_number": "(202) 555-1234""#), "data.phone_number is not an E.164 number"),
        (statusUpdate(#""phone_number": "../../etc/passwd""#), "data.phone_number is not an E.164 number"),
    ])
    func whatCannotBeUnderstoodIsKept(body: String, reason: String) throws {
        let verdict = try endpoint().examine(request(body), now: now)
        #expect(try verdict.quarantined() == reason)
        let (event, notes) = try verdict.stored()
        #expect(event.body == Array(body.utf8) && event.receivedAt == now && notes.isEmpty)
    }

    @Test func whatIsKeptAsideHasItsNames() throws {
        let body = statusUpdate("", envelope: #""event_id": "evt_9", "trace_id": "tr_9", "#)
        let (event, _) = try endpoint().examine(request(body), now: now).stored()
        #expect(event.id == "evt_9" && event.traceID == "tr_9" && event.type == StatusUpdate.eventType)
        let (unread, _) = try endpoint().examine(request("not JSON"), now: now).stored()
        #expect(unread.id == "msg_1" && unread.traceID == nil && unread.type == "")
    }

    /// The envelope's id, else `webhook-id`, else a digest of the body: each the same on every retry.
    @Test(arguments: [
        (#""event_id": "evt_7", "#, SignatureScheme.standard, "evt_7"), (#""event_id": "evt_7", "#, .legacy, "evt_7"),
        ("", .standard, "msg_1"), (#""event_id": "", "#, .standard, "msg_1"), (#""event_id": 7, "#, .standard, "msg_1"),
        ("", .legacy, "sha256"), (#""event_id": null, "#, .legacy, "sha256"),
    ])
    func eventID(envelope: String, scheme: SignatureScheme, id: String) throws {
        let body = statusUpdate(Self.flagged, envelope: envelope)
        for age in [Int64(0), 60] {
            let (event, _) = try endpoint().examine(request(body, schemes: [scheme], age: age), now: now).stored()
            #expect(event.id == (id == "sha256" ? Hex.encode(Digest.sha256(Array(body.utf8))) : id))
        }
    }

    @Test func bareDataIsUnderstood() throws {
        let verdict = try endpoint().examine(request("{\(Self.flagged)}"), now: now)
        let (event, _) = try verdict.stored()
        #expect(event.id == "msg_1" && event.type == "phone_number.status_updated")
        #expect(try verdict.observed().observation.status == Claim(.flagged, previous: .active))
    }

    /// An empty header announces nothing: taken for a type it would have a flag ignored.
    @Test func anEmptyAnnouncementIsNone() throws {
        let verdict = try endpoint().examine(request("{\(Self.flagged)}", announced: ""), now: now)
        #expect(try verdict.observed().observation.status?.value == .flagged)
    }

    // MARK: Observations

    /// `changed_at`, else `created_at`, else the arrival; what lies in the future beyond the tolerance is clamped.
    @Test(arguments: [
        ("2026-02-18T18:35:00Z", "2026-02-18T18:35:01Z", "2026-02-18T18:35:00.000Z", [String]()),
        ("2019-01-01T00:00:00Z", "2026-02-18T18:35:01Z", "2019-01-01T00:00:00.000Z", []),
        ("", "2026-02-18T18:35:01Z", "2026-02-18T18:35:01.000Z", []),
        ("last week", "2026-02-18T18:35:01Z", "2026-02-18T18:35:01.000Z", []),
        ("", "", "2026-02-18T18:35:05.500Z", []),
        // A clock may be a little fast.
        ("2026-02-18T18:40:05.500Z", "", "2026-02-18T18:40:05.500Z", []),
        (
            "2026-02-18T18:40:05.501Z", "", "2026-02-18T18:35:05.500Z",
            [
                "changed_at 2026-02-18T18:40:05.501Z lies in the future; dated by its arrival instead"
            ]
        ),
        (
            "9999-12-31T23:59:59Z", "", "2026-02-18T18:35:05.500Z",
            [
                "changed_at 9999-12-31T23:59:59.000Z lies in the future; dated by its arrival instead"
            ]
        ),
    ])
    func dating(changedAt: String, createdAt: String, expected: String, notes: [String]) throws {
        let data = #"\#(Self.flagged), "changed_at": "\#(changedAt)""#
        let body = statusUpdate(data, envelope: #""created_at": "\#(createdAt)", "#)
        let observed = try endpoint().examine(request(body), now: now).observed()
        #expect(observed.observation.changedAt.rfc3339 == expected)
        #expect(observed.notes == notes)
    }

    @Test(
        arguments: [
            // Reputation alone, health_status alone, both in agreement.
            (
                #""new_reputation": "AT_RISK", "previous_reputation": "HEALTHY""#, Reputation.atRisk,
                Reputation.healthy, ""
            ),
            (#""new_health_status": "CRITICAL", "previous_health_status": "AT_RISK""#, .critical, .atRisk, ""),
            (#""new_reputation": "CRITICAL", "new_health_status": "CRITICAL""#, .critical, nil, ""),
            // In disagreement the worse counts, whichever name it has.
            (#""new_reputation": "HEALTHY", "new_health_status": "CRITICAL""#, .critical, nil, "HEALTHY and CRITICAL"),
            (#""new_reputation": "CRITICAL", "new_health_status": "HEALTHY""#, .critical, nil, "CRITICAL and HEALTHY"),
            (#""new_reputation": "DIRE", "new_health_status": "CRITICAL""#, .other("DIRE"), nil, "DIRE and CRITICAL"),
            (#""new_reputation": 7"#, .other("7"), nil, ""),
            (#""new_reputation": null, "new_health_status": null"#, nil, nil, ""),
            (#""previous_reputation": "AT_RISK""#, nil, nil, ""),
        ] as [(String, Reputation?, Reputation?, String)]
    )
    func reputation(data: String, value: Reputation?, previous: Reputation?, differing: String) throws {
        let body = statusUpdate(#""phone_number": "+12025551234", \#(data)"#)
        let (observation, notes) = try endpoint().examine(request(body), now: now).observed()
        #expect(observation.status == nil)
        #expect(observation.reputation == value.map { Claim($0, previous: previous) })
        let note = "reputation and health_status differ (\(differing)); the worse one counts"
        #expect(notes == (differing.isEmpty ? [] : [note]))
    }

    @Test(
        arguments: [
            (#""new_status": "SUSPENDED", "previous_status": "FLAGGED""#, Status.other("SUSPENDED"), Status.flagged),
            (#""new_status": "active""#, .other("active"), nil), (#""new_status": {"a": 1}"#, .other(#"{"a":1}"#), nil),
            (#""new_status": "", "previous_status": """#, .other(""), .other("")), (#""new_status": null"#, nil, nil),
        ] as [(String, Status?, Status?)]
    )
    func status(data: String, value: Status?, previous: Status?) throws {
        let body = statusUpdate(#""phone_number": "+12025551234", \#(data)"#)
        let (observation, _) = try endpoint().examine(request(body), now: now).observed()
        #expect(observation.status == value.map { Claim($0, previous: previous) })
        #expect(observation.reputation == nil)
    }

    /// The whole way from what `linewarden send` makes.
    @Test func sampleDeliveriesAreUnderstood() throws {
        let change = SampleDelivery.Change(
            phoneNumber: "+12025551234",
            status: "FLAGGED",
            previousStatus: "ACTIVE",
            reputation: "CRITICAL",
            previousReputation: "AT_RISK",
            changedAt: now - .seconds(1)
        )
        let delivery = SampleDelivery(eventID: "evt_5", change: change, createdAt: now)
        let secret = try #require(SigningSecret(Secret(secretText)))
        let headers = HTTPHeaders(
            delivery.headers(secret: secret, schemes: [.standard, .legacy], now: now).map { ($0, $1) }
        )
        let request = HTTPRequest(method: "POST", target: "/webhooks/linq", headers: headers, body: delivery.body)
        let (observation, notes) = try endpoint().examine(request, now: now).observed()
        #expect(notes.isEmpty)
        #expect(observation.status == Claim(.flagged, previous: .active))
        #expect(observation.reputation == Claim(.critical, previous: .atRisk))
        #expect(observation.changedAt == now - .seconds(1))
    }
}
