import JSON

/// A message as a person in a channel reads it.
///
/// Limits (docs.slack.dev, Block Kit): 50 blocks, header 150, section text 3,000 characters, section fields 10 of 2,000,
/// and about 13,000 in total (slackapi/bolt-js#2509).
struct SlackMessage {
    private let words: Wording

    init(_ message: Message) { words = Wording(message) }

    /// The text of notifications, and blocks.
    var json: JSON {
        .object([("text", .string(text)), ("blocks", .array(blocks))])
    }

    /// What is sent instead when Slack does not take the blocks; nil for a payload without a text.
    static func plain(_ payload: [UInt8]) -> [UInt8]? {
        guard let text = (try? JSON.parse(payload))?["text"] else { return nil }
        return JSON.object([("text", text)]).bytes()
    }

    /// All that a group says is in it too: it may have to do without the blocks.
    private var text: String {
        let headline = escaped(words.headline, 3_000)
        if items.isEmpty { return headline }
        return headline + "\n" + Wording.list(items, within: 2_900 - headline.utf16.count)
    }

    /// A group's lines.
    private var items: [String] { words.parts.map { "\($0.sign) \(escaped($0.summary, 250))" } }

    private var blocks: [JSON] {
        var blocks: [JSON] = [
            .object([
                ("type", "header"),
                (
                    "text",
                    .object([
                        ("type", "plain_text"),
                        ("text", .string("\(words.sign) \(words.headline)".clipped(to: 150))),
                        ("emoji", true),
                    ])
                ),
            ])
        ]
        if !words.facts.isEmpty {
            let texts = words.facts.map { name, value in text("*\(name)*\n\(escaped(value, 1_900))") }
            blocks.append(.object([("type", "section"), ("fields", .array(texts))]))
        }
        for (name, paragraph) in words.paragraphs {
            blocks.append(section("*\(name)*\n\(escaped(paragraph, 2_900))"))
        }
        blocks += sections(Wording.list(items, within: 8_500))
        if !words.references.isEmpty {
            let line = escaped(words.references.joined(separator: "  ·  "), 1_900)
            blocks.append(.object([("type", "context"), ("elements", .array([text(line)]))]))
        }
        return blocks
    }

    /// Lines in as many sections as they need; a section is never cut within a line.
    private func sections(_ list: String) -> [JSON] {
        var texts: [String] = []
        // A line is as long as an item at the most, far below what one section holds.
        for line in list.split(separator: "\n") {
            if let last = texts.last, last.utf16.count + line.utf16.count < 2_900 {
                texts[texts.count - 1] = "\(last)\n\(line)"
            } else {
                texts.append(String(line))
            }
        }
        return texts.map(section)
    }

    private func section(_ mrkdwn: String) -> JSON {
        .object([("type", "section"), ("text", text(mrkdwn))])
    }

    private func text(_ mrkdwn: String) -> JSON { .object([("type", "mrkdwn"), ("text", .string(mrkdwn))]) }

    /// `&`, `<` and `>` have a meaning in mrkdwn (docs.slack.dev, "Formatting message text").
    private func escaped(_ text: String, _ limit: Int) -> String {
        text.clipped(to: limit) { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(scalar)
            }
        }
    }
}
