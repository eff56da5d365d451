import Testing

@testable import Settings

/// Warnings about what is allowed, and seldom meant.
@Suite struct SecondThoughtsTests {
    private func thoughts(hooks: String, routes: String) -> [String] {
        let text = """
            {"webhook": {"listen": ["unix:/a"], "endpoints": [{"path": "/w", "secrets": [{"env": "LINQ_WEBHOOK_SECRET"}]}]},
             "state": {"directory": "/s"}, "hooks": {\(hooks)},
             "routes": [\(routes)]}
            """
        return Reading(text, whole: true).problems.filter { Reading.isSecondThought($0) }
    }

    private static let gate = #""gate": {"type": "gate_files", "directory": "/g"}"#

    @Test func aSlackURLIsACredential() {
        let found = thoughts(
            hooks: #""ops": {"type": "slack", "url": "https://hooks.slack.com/services/T/B/X"}"#,
            routes: ""
        )
        #expect(found.count == 1)
        #expect(found.first?.contains("hooks.ops.url: is a secret written into the file") == true)
        #expect(found.first?.contains("services") == false)
    }

    @Test(arguments: [
        (#"{"on": ["FLAGGED", "CRITICAL"], "pause": ["gate"]}"#, nil),
        (#"{"on": ["FLAGGED"], "pause": ["gate"]}"#, "no route pauses anything on CRITICAL"),
        (#"{"on": ["CRITICAL"], "pause": ["gate"]}, {"on": ["FLAGGED"], "pause": ["gate"]}"#, nil),
        (#"{"on": ["AT_RISK"], "slow": ["gate"]}"#, "no route pauses anything on CRITICAL or FLAGGED"),
    ])
    func whatPausesNothingIsRemarkedOn(routes: String, words: String?) {
        let found = thoughts(hooks: Self.gate, routes: routes)
        #expect(found.count == (words == nil ? 0 : 1))
        if let words { #expect(found.first?.hasSuffix(words) == true) }
    }
}
