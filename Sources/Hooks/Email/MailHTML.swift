/// The words of a message as HTML that every mail program shows: no colours, so that dark and light ones choose their
/// own, no pictures, no links.
struct MailHTML {
    func page(title: String, _ blocks: [String]) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="color-scheme" content="light dark">
        <title>\(escaped(title))</title>
        </head>
        <body style="font-family: sans-serif; line-height: 1.4; max-width: 40em">
        \(blocks.joined(separator: "\n<hr>\n"))
        </body>
        </html>

        """
    }

    func title(_ text: String) -> String { "<h1 style=\"font-size: 1.3em\">\(escaped(text))</h1>" }

    /// One message: its headline, a table, what was done and what to do.
    func section(_ wording: Wording) -> String {
        var lines = [
            "<h2 style=\"font-size: 1.1em\">\(escaped(wording.headline.clipped(to: MailMessage.headlineLimit)))</h2>"
        ]
        if !wording.facts.isEmpty {
            lines.append("<table cellpadding=\"3\">")
            for (name, value) in wording.facts {
                let head = "<th align=\"left\" scope=\"row\">\(escaped(name))</th>"
                lines.append("<tr>\(head)<td>\(escaped(value))</td></tr>")
            }
            lines.append("</table>")
        }
        for (title, text) in wording.paragraphs {
            lines.append("<p><strong>\(escaped(title))</strong><br>\(escaped(text))</p>")
        }
        if !wording.references.isEmpty {
            lines.append("<p><small>\(wording.references.map(escaped).joined(separator: "<br>"))</small></p>")
        }
        return lines.joined(separator: "\n")
    }

    private func escaped(_ text: String) -> String {
        text.clipped(to: MailMessage.valueLimit) { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            default: String(scalar)
            }
        }
    }
}
