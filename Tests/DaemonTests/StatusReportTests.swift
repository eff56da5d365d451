import Chrono
import JSON
import Ledger
import Lines
import Linq
import Testing

@testable import Daemon

@Suite struct StatusReportTests {
    private static let now = Timestamp(seconds: 1_000_000)

    private func report(
        unreadiness: [String] = [],
        hooks: [String: HookState] = [:],
        waitingSince: Timestamp? = nil,
        account: AccountStatus? = nil,
        certificateDays: Double? = nil
    ) -> StatusReport {
        StatusReport(
            unreadiness: unreadiness,
            decisions: [.paused: 3],
            lastEvent: nil,
            names: ["mail", "ops"],
            hooks: hooks,
            backlog: waitingSince.map { [("ops", 2, $0)] } ?? [],
            account: account,
            silences: 1,
            certificateSecondsLeft: certificateDays.map { Int($0 * 86_400) },
            now: Self.now,
            started: Self.now
        )
    }

    @Test("Paused lines, silences and what waits for a moment are no problem")
    func fine() {
        let good = report(waitingSince: Self.now - StatusReport.longWait, account: AccountStatus(), certificateDays: 14)
        #expect(good.problems == [])
        #expect(good.json["fine"]?.bool == true && good.json["lines"]?["paused"]?.integer == 3)
    }

    @Test("Problems come in the order of their gravity")
    func order() {
        var account = AccountStatus()
        account.failure = ("HTTP 500", Self.now)
        func all(_ days: Double) -> [String] {
            report(
                unreadiness: ["the disk is full"],
                hooks: [
                    "sender": HookState(notBefore: Self.now, brokenReason: "HTTP 410"),
                    "good": HookState(notBefore: Self.now),
                ],
                waitingSince: Self.now - .minutes(6),
                account: account,
                certificateDays: days
            ).problems
        }
        let since = (Self.now - .minutes(6)).rfc3339
        let certificate = "the certificate of the webhook listener"
        let middle = [
            "hook sender takes nothing: HTTP 410", "2 deliveries wait for hook ops, the oldest since \(since)",
            "Linq cannot be asked: HTTP 500",
        ]
        #expect(
            all(1.5) == ["what arrives cannot be stored: the disk is full"] + middle + ["\(certificate) ends in 1 day"]
        )
        // One that has ended keeps all deliveries out.
        #expect(all(0) == ["what arrives cannot be stored: the disk is full", "\(certificate) has ended"] + middle)
    }

    @Test("What is not fine is told to programs as well")
    func json() {
        let bad = report(unreadiness: ["a", "b"])
        #expect(bad.json["fine"]?.bool == false && bad.json["ready"]?.bool == false)
        #expect(bad.json["problems"]?.array?.count == 2)
    }

    @Test("Every hook of the configuration is told of, well or not")
    func hookHealth() throws {
        func told(_ states: [String: HookState]) throws -> [[String?]] {
            let hooks = try #require(report(hooks: states, waitingSince: Self.now).json["hooks"]?.array)
            return hooks.map { [$0["hook"]?.string, $0["state"]?.string, $0["reason"]?.string, $0["pending"]?.text()] }
        }
        #expect(try told([:]) == [["mail", "fine", nil, "0"], ["ops", "fine", nil, "2"]])
        let states = [
            "mail": HookState(notBefore: Self.now + .seconds(9)),
            "ops": HookState(notBefore: Self.now - .seconds(1), brokenReason: "HTTP 404", brokenSince: Self.now),
        ]
        #expect(try told(states) == [["mail", "resting", nil, "0"], ["ops", "broken", "HTTP 404", "2"]])
    }
}
