import JSON
import Lines
import Testing

@testable import Hooks

/// Many lines in one message, within Slack's limits.
@Suite struct SlackGroupTests {
    private func texts(_ json: JSON) -> [String] {
        var texts: [String] = []
        if let text = json["text"]?.string { texts.append(text) }
        for member in json.members ?? [] { texts += self.texts(member.value) }
        for element in json.array ?? [] { texts += self.texts(element) }
        return texts
    }

    private func crowd(_ count: Int, status: String = "FLAGGED") throws -> Message {
        Message(
            group: try (0..<count).map { index in
                try Story(number: "+1202555\(10_000 + index)", after: (status, nil)).message("incident.opened")
            },
            at: moment
        )
    }

    @Test func everyLineIsListed() throws {
        let json = SlackMessage(try group()).json
        let list = """
            🔴 +12025550001 is paused: status is FLAGGED, reputation is CRITICAL
            🔴 +12025550001 is now paused: status is FLAGGED, reputation is CRITICAL
            🟠 +12025550002 is slowed: reputation is AT_RISK
            ✅ +12025550003 has recovered: sends resumed
            """
        let headline = "3 lines: 2 paused, 1 slowed, 1 recovered"
        #expect(texts(json) == ["\(headline)\n\(list)", "🔴 \(headline)", list])
        #expect(json["blocks"]?.array?.map { $0["type"]?.string } == ["header", "section"])
    }

    @Test(
        "A section has 3,000 characters, a message 50 blocks and 13,000 characters; what does not fit is counted",
        arguments: [1, 40, 41, 200, 1_000],
        ["FLAGGED", String(repeating: "<&>", count: 400), "a\nb\u{2028}" + String(repeating: "😀", count: 3_000)]
    )
    func limits(count: Int, status: String) throws {
        let json = SlackMessage(try crowd(count, status: status)).json
        let blocks = try #require(json["blocks"]?.array)
        #expect(blocks.count <= 50)
        let texts = texts(json)
        #expect(texts.allSatisfy { 1...3_000 ~= $0.utf16.count })
        #expect(texts.reduce(0) { $0 + $1.utf16.count } <= 13_000)
        // In each of the two lists every line is listed or counted.
        for list in [texts[0], texts.dropFirst(2).joined(separator: "\n")] {
            let lines = list.split(separator: "\n")
            let listed = lines.count { $0.hasPrefix("🔴 +1202555") }
            let left = lines.last?.split(separator: " ")
            let counted = left?.first == "and" && left?.last == "more" ? left?.dropFirst().first.flatMap { Int($0) } : 0
            #expect(listed > 0 && listed + (counted ?? 0) == count)
            #expect(!list.contains("<") && !list.contains(">"))
        }
        #expect(count > 40 || status != "FLAGGED" || !texts[2].contains("more"))
    }

    @Test func theGravestComeFirst() throws {
        let resolved = Story(before: ("FLAGGED", nil), after: ("ACTIVE", "HEALTHY"), step: .resolved)
        let message = Message(group: [try resolved.message("incident.resolved")], at: moment)
        #expect(SlackMessage(message).json["text"]?.string?.hasPrefix("1 line: 1 recovered\n✅ ") == true)
    }

    /// Whoever reads a test knows that it is one.
    @Test func tests() throws {
        let json = SlackMessage(Message(type: "test", timestamp: moment)).json
        #expect(
            texts(json) == [
                "Test: linewarden reaches this hook", "🔵 Test: linewarden reaches this hook",
                "*What to do*\nNothing: this is a test. Nothing has happened to any line.",
            ]
        )
        let about = SlackMessage(try Story().message("test")).json
        #expect(about["text"] == "Test: linewarden reaches this hook, and would tell it about +12025551234")
        #expect(!texts(about).contains { $0.contains("Paused outbound sends") })
    }
}
