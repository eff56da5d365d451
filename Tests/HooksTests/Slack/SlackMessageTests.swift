import Chrono
import JSON
import Lines
import Testing

@testable import Hooks

@Suite struct SlackMessageTests {
    /// A message as one can read it here: the text, then block for block.
    private func shown(_ message: Message) throws -> String {
        let json = try JSON.parse(SlackMessage(message).json.bytes())
        #expect(json.members?.map(\.key) == ["text", "blocks"])
        var lines = ["text: \(json["text"]?.string ?? "")"]
        for block in json["blocks"]?.array ?? [] { lines += try shown(block) }
        return lines.joined(separator: "\n")
    }

    /// Everything a block holds is either checked here or in the text that comes out.
    private func shown(_ block: JSON) throws -> [String] {
        func plain(_ json: JSON?) -> String {
            #expect(json?.members?.map(\.key) == ["type", "text"] && json?["type"] == "mrkdwn")
            return (json?["text"]?.string ?? "").split(separator: "\n").joined(separator: " ")
        }
        switch block["type"]?.string {
        case "header":
            let text = try #require(block["text"])
            #expect(text["type"] == "plain_text" && text["emoji"] == true)
            return ["# \(text["text"]?.string ?? "")"]
        case "section":
            #expect(block.members?.count == 2)
            if let fields = block["fields"]?.array { return fields.map { "| \(plain($0))" } }
            return ["> \(plain(block["text"]))"]
        case "context": return try #require(block["elements"]?.array).map { "- \(plain($0))" }
        default: return ["unknown: \(block.text())"]
        }
    }

    @Test func opened() throws {
        #expect(
            try shown(try Story().message("incident.opened")) == """
                text: +12025551234 is paused: status is FLAGGED, reputation is CRITICAL
                # 🔴 +12025551234 is paused: status is FLAGGED, reputation is CRITICAL
                | *Line* +12025551234
                | *Status* ACTIVE → FLAGGED
                | *Reputation* AT_RISK → CRITICAL
                | *Changed at* 2026-02-18T18:35:00.000Z
                | *Severity* critical
                | *Incident open since* 2026-02-18T18:35:05.000Z
                > *What linewarden did* Paused outbound sends on this line until evidence says that it has recovered.
                > *What to do* Contact your Linq representative with the trace id below: a flag is lifted with their \
                help, and takes a day or more. Move urgent conversations to another line; calls still work.
                - incident inc_1  ·  event evt_1  ·  trace trace-1
                """
        )
    }

    /// Still flagged, but the reputation has recovered.
    @Test func updated() throws {
        let story = Story(before: ("FLAGGED", "CRITICAL"), after: ("FLAGGED", "HEALTHY"), step: .updated)
        #expect(
            try shown(try story.message("incident.updated")).hasPrefix(
                """
                text: +12025551234 is still paused: status is FLAGGED
                # 🔴 +12025551234 is still paused: status is FLAGGED
                | *Line* +12025551234
                | *Status* FLAGGED
                | *Reputation* CRITICAL → HEALTHY
                | *Changed at* 2026-02-18T18:35:00.000Z
                | *Severity* critical
                | *Incident open since* 2026-02-18T18:35:05.000Z

                """
            )
        )
    }

    @Test func resolved() throws {
        let story = Story(before: ("FLAGGED", nil), after: ("ACTIVE", "HEALTHY"), step: .resolved, traceID: nil)
        #expect(
            try shown(try story.message("incident.resolved")) == """
                text: +12025551234 has recovered: sends resumed
                # ✅ +12025551234 has recovered: sends resumed
                | *Line* +12025551234
                | *Status* FLAGGED → ACTIVE
                | *Reputation* HEALTHY
                | *Changed at* 2026-02-18T18:35:00.000Z
                | *Severity* info
                | *Lasted* 2 h 5 min
                > *What linewarden did* Told the senders to resume, and closed the incident.
                - incident inc_1  ·  event evt_1
                """
        )
    }

    @Test func slowed() throws {
        let story = Story(before: (nil, nil), after: (nil, "AT_RISK"), previous: (nil, "HEALTHY"))
        #expect(
            try shown(try story.message("incident.opened")) == """
                text: +12025551234 is slowed: reputation is AT_RISK
                # 🟠 +12025551234 is slowed: reputation is AT_RISK
                | *Line* +12025551234
                | *Status* not known
                | *Reputation* HEALTHY → AT_RISK
                | *Changed at* 2026-02-18T18:35:00.000Z
                | *Severity* warning
                | *Incident open since* 2026-02-18T18:35:05.000Z
                > *What linewarden did* Told the senders to slow down on this line; nothing is paused.
                > *What to do* Open fewer new conversations, and look at opt-outs and reply rates before it gets worse.
                - incident inc_1  ·  event evt_1  ·  trace trace-1
                """
        )
    }

    @Test func alerts() throws {
        #expect(
            try shown(alert()) == """
                text: linewarden: deliveries fail
                # 🟠 linewarden: deliveries fail
                > *What to do* Repair the hook.
                """
        )
    }

    /// A change of rules has no event behind it, and still a time.
    @Test func withoutAnEvent() throws {
        let text = try shown(try Story(eventID: nil).message("incident.opened"))
        #expect(text.contains("| *Status* FLAGGED\n| *Reputation* CRITICAL\n| *Changed at* 2026-02-18T18:35:05.000Z\n"))
        #expect(text.hasSuffix("\n- incident inc_1"))
    }

    @Test(arguments: [
        ("incident.opened", Story(), "+12025551234 is paused: "),
        ("incident.updated", Story(before: (nil, "AT_RISK"), step: .updated), "+12025551234 is now paused: "),
        ("incident.updated", Story(before: ("FLAGGED", nil), step: .updated), "+12025551234 is still paused: "),
        ("incident.reminder", Story(), "Reminder: +12025551234 is still paused: "),
    ])
    func headlines(type: String, story: Story, beginning: String) throws {
        let text = SlackMessage(try story.message(type)).json["text"]?.string
        #expect(text == beginning + "status is FLAGGED, reputation is CRITICAL")
    }

    /// What to do depends on what is wrong.
    @Test(
        arguments: [
            (("FLAGGED", nil), "Contact your Linq representative"), ((nil, "CRITICAL"), "Let the line rest."),
            (("LIMBO", nil), "Find out from Linq what this value means"),
            (("FLAGGED", "CRITICAL"), "Contact your Linq representative"),
        ] as [(Story.Axes, String)]
    )
    func remedies(after: Story.Axes, beginning: String) throws {
        let message = try Story(after: after).message("incident.opened")
        #expect(try shown(message).contains("> *What to do* \(beginning)"))
    }

    /// A mention from outside pages nobody, and a link is none.
    ///
    /// A header is plain text and needs no escape.
    @Test func escapes() throws {
        let value = "<!channel> & <https://example.com|FLAGGED> &amp;"
        let escaped = "&lt;!channel&gt; &amp; &lt;https://example.com|FLAGGED&gt; &amp;amp;"
        for message in [
            try Story(after: (value, value), traceID: value).message("incident.opened"),
            alert(summary: value, remedy: value),
        ] {
            let text = try shown(message)
            #expect(text.contains(escaped))
            for line in text.split(separator: "\n") where !line.hasPrefix("# ") {
                #expect(!line.dropFirst(2).contains("<") && !line.dropFirst(2).contains(">"), "\(line)")
                #expect(!line.contains("& "), "\(line)")
            }
            #expect(text.contains("# 🔴 +12025551234 is paused: status is <!channel> & ") || message.alert != nil)
        }
    }

    // Block Kit: 50 blocks, header 150, section text 3,000, 10 fields of 2,000, 10 elements of a context, and about 13,000
    // characters in all (slackapi/bolt-js#2509). Counted in UTF-16, which is never less than any other count.
    @Test(arguments: ["x", "&", "<>", "😀", "👨‍👩‍👧‍👦", "e\u{301}", "\u{301}", "\n", "\u{0}", "\"", "&amp;"])
    func enormousValuesStayWithinTheLimits(piece: String) throws {
        for count in [1, 149, 150, 1_899, 1_900, 2_900, 3_000, 100_000] {
            let enormous = String(repeating: piece, count: count)
            let story = Story(after: (enormous, enormous), eventID: enormous, traceID: enormous)
            for message in [
                try story.message("incident.opened"), try story.message("incident.updated"),
                alert(summary: enormous, remedy: enormous),
            ] { try check(SlackMessage(message).json) }
        }
    }

    private func check(_ message: JSON) throws {
        var total = 0
        func check(_ text: JSON?, _ limit: Int, isMarked: Bool = true) {
            let text = text?.string ?? ""
            #expect(1...limit ~= text.utf16.count)
            total += text.utf16.count
            guard isMarked else { return }
            #expect(!text.contains("<") && !text.contains(">"))
            // No escape is cut in two.
            let cut = text.hasSuffix("…") ? text.dropLast() : text[...]
            #expect(cut.utf8.suffix(5).lastIndex(of: UInt8(ascii: "&")).map { cut[$0...].contains(";") } ?? true)
        }
        check(message["text"], 3_000)
        let blocks = try #require(message["blocks"]?.array)
        #expect(1...50 ~= blocks.count)
        for block in blocks {
            switch block["type"]?.string {
            case "header": check(block["text"]?["text"], 150, isMarked: false)
            case "section":
                if let text = block["text"] { check(text["text"], 3_000) }
                let fields = block["fields"]?.array ?? []
                #expect(fields.count <= 10)
                for field in fields { check(field["text"], 2_000) }
            case "context":
                let elements = block["elements"]?.array ?? []
                #expect(1...10 ~= elements.count)
                for element in elements { check(element["text"], 2_000) }
            default: Issue.record("\(block.text())")
            }
        }
        #expect(total <= 13_000)
    }
}
