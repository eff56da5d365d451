import Chrono
import HTTPServer
import HTTPWire
import JSON
import Lines
import Testing

@testable import Daemon
@testable import Ledger

@Suite struct GateBoardTests {
    private let board = GateBoard()
    private let since = Timestamp(seconds: 1_771_439_705)

    /// A line with a reputation of `AT_RISK`, or with another status.
    private func record(_ number: PhoneNumber, _ value: String) -> LineRecord {
        var state = LineState(number)
        if value == "AT_RISK" {
            state.reputation = Axis(Reputation(value), changedAt: since, source: .webhook)
        } else {
            state.status = Axis(Status(value), changedAt: since, source: .webhook)
        }
        let assessment = state.assess(.standard)
        return LineRecord(
            state: state,
            assessment: assessment,
            decisionSince: since,
            incident: assessment.decision == .allowed ? nil : "inc_1",
            lastEvent: nil,
            decision: assessment.decision
        )
    }

    private func answer(_ number: PhoneNumber, closed: String? = nil) throws -> (status: Int, body: JSON) {
        let response = board.answer(number, now: since + .seconds(5), closed: closed)
        #expect(response.headers.first("Cache-Control") == "no-store")
        return (response.status.code, try JSON.parse(response.body))
    }

    @Test(
        "A sender is told whether it may send, and why not",
        arguments: [
            (nil, nil, 200, "allowed", []),
            ("ACTIVE", nil, 200, "allowed", []),
            ("AT_RISK", nil, 200, "slowed", ["reputation is AT_RISK"]),
            ("FLAGGED", nil, 423, "paused", ["status is FLAGGED"]),
            ("LIMITED", nil, 423, "paused", ["status is LIMITED, which is not known to be safe"]),
            (nil, "closed", 423, "paused", ["closed"]),
            ("ACTIVE", "closed", 423, "paused", ["closed"]),
            ("FLAGGED", "closed", 423, "paused", ["closed", "status is FLAGGED"]),
        ] as [(String?, String?, Int, String, [String])]
    )
    func answers(status: String?, closed: String?, code: Int, decision: String, reasons: [String]) throws {
        let number = try #require(PhoneNumber("+12025551234"))
        if let status { board.update([record(number, status)]) }
        let (found, body) = try answer(number, closed: closed)
        #expect(found == code)
        #expect(body["phone_number"]?.string == "+12025551234")
        #expect(body["decision"]?.string == decision)
        #expect(body["reasons"]?.array?.map(\.string) == reasons)
        #expect(body["since"]?.string == status.map { _ in "2026-02-18T18:35:05.000Z" })
        #expect(body["as_of"]?.string == "2026-02-18T18:35:10.000Z")
        let hasIncident = ["AT_RISK", "FLAGGED", "LIMITED"].contains(status)
        #expect(body["incident"]?.string == (hasIncident ? "inc_1" : nil))
    }

    @Test("The last word counts, line by line")
    func updates() throws {
        let one = try #require(PhoneNumber("+12025550001"))
        let two = try #require(PhoneNumber("+12025550002"))
        #expect(board.counts == [:])
        board.update([record(one, "FLAGGED"), record(two, "AT_RISK")])
        board.update([])
        #expect(board.counts == [.paused: 1, .slowed: 1])
        board.update([record(one, "ACTIVE")])
        #expect(board.counts == [.allowed: 1, .slowed: 1])
        #expect(try answer(one).status == 200)
        #expect(try answer(two).body["decision"]?.string == "slowed")
    }

    @Test(
        "The answer is written as the JSON writer would, and has every field of the admin listener",
        arguments: [nil, "ACTIVE", "AT_RISK", "FLAGGED", "odd \"\u{2028}\\\n\u{E9}"] as [String?],
        [nil, "closed \"\n"] as [String?]
    )
    func bytes(status: String?, closed: String?) throws {
        let number = try #require(PhoneNumber("+123456789012345"))
        let known = status.map { record(number, $0) }
        if let known { board.update([known]) }
        let now = since + .seconds(5)
        let response = board.answer(number, now: now, closed: closed)
        let decision: Decision = closed == nil ? known?.assessment.decision ?? .allowed : .paused
        let reasons: [String] = (closed.map { [$0] } ?? []) + (known?.assessment.reasons ?? [])
        let sinceThen: JSON = known.map { .string($0.decisionSince.rfc3339) } ?? .null
        let incident: JSON = known?.incident.map(JSON.string) ?? .null
        let body = JSON.object([
            ("phone_number", .string("+123456789012345")),
            ("decision", .string(decision.rawValue)),
            ("reasons", .array(reasons.map(JSON.string))),
            ("since", sinceThen), ("as_of", .string(now.rfc3339)), ("incident", incident),
        ])
        #expect(String(decoding: response.body, as: UTF8.self) == body.text())
        let plain = HTTPResponse.json(.ok, "{}", headers: ["Cache-Control": "no-store"])
        #expect(response.headers.elementsEqual(SafeHeaders.added(to: plain).headers) { $0 == $1 })
    }

    @Test("Only lines that may not send freely are listed, in the order of their numbers")
    func restricted() throws {
        let numbers = try ["+9990001", "+12025550002", "+12025550001", "+15"].map { try #require(PhoneNumber($0)) }
        board.update(zip(numbers, ["FLAGGED", "AT_RISK", "FLAGGED", "ACTIVE"]).map { record($0, $1) })
        #expect(
            board.restricted.map { $0["phone_number"]?.string } == ["+12025550001", "+12025550002", "+9990001"]
        )
        #expect(board.restricted.map { $0["decision"]?.string } == ["paused", "slowed", "paused"])
        #expect(board.restricted[0]["reasons"]?.array?.map(\.string) == ["status is FLAGGED"])
        #expect(numbers.map { board.pausedSince($0) } == [since, nil, since, nil])
    }
}
