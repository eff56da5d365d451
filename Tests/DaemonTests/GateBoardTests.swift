import Chrono
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
}
