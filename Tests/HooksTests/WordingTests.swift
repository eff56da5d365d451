import Lines
import Testing

@testable import Hooks

@Suite struct WordingTests {
    @Test func asPlainText() throws {
        #expect(
            Wording(try Story().message("incident.opened")).text == """
                +12025551234 is paused: status is FLAGGED, reputation is CRITICAL

                Line: +12025551234
                Status: ACTIVE → FLAGGED
                Reputation: AT_RISK → CRITICAL
                Changed at: 2026-02-18T18:35:00.000Z
                Severity: critical
                Incident open since: 2026-02-18T18:35:05.000Z

                What linewarden did: Paused outbound sends on this line until evidence says that it has recovered.

                What to do: Contact your Linq representative with the trace id below: a flag is lifted with their help, \
                and takes a day or more. Move urgent conversations to another line; calls still work.

                incident inc_1
                event evt_1
                trace trace-1
                """
        )
    }

    @Test func alerts() {
        #expect(Wording(alert()).text == "linewarden: deliveries fail\n\nWhat to do: Repair the hook.")
    }

    /// The summary becomes a subject: one line, of a length that no receiver refuses.
    @Test(arguments: hostile + ["a\nb\u{2028}c\u{0}d\r\n", String(repeating: "x", count: 100_000)])
    func summaries(value: String) {
        let summary = Wording(alert(summary: value)).summary
        #expect(summary.hasPrefix("linewarden:") && summary.utf16.count <= 500)
        let isOneLine = summary.unicodeScalars.allSatisfy {
            $0 == " " || !$0.properties.isWhitespace && $0.properties.generalCategory != .control
        }
        #expect(isOneLine)
    }

    @Test func emptyReasonsLeaveNoColon() throws {
        let message = try Story(before: ("FLAGGED", nil), after: ("ACTIVE", "HEALTHY")).message("line.resumed")
        #expect(Wording(message).headline == "+12025551234 is allowed")
    }

    @Test(
        arguments: [
            ([], 100, ""), (["a"], 2, "a"), (["a", "b"], 100, "a\nb"),
            (["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"], 40, "aaaaaaaaaa\nand 2 more"), (["aaaa"], 3, "and 1 more"),
        ] as [([String], Int, String)]
    )
    func lists(items: [String], limit: Int, text: String) { #expect(Wording.list(items, within: limit) == text) }
}
