// The words of a message as plain text, for whatever has no form of its own: mails, chats, forms.

extension Wording {
    /// The headline in one line, whatever the vendor's values hold: it becomes a mail's subject.
    var summary: String {
        let words = headline.unicodeScalars.split { scalar in
            scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
        }
        return words.map { String(Substring($0)) }.joined(separator: " ").clipped(to: 500)
    }

    /// Several lines for people; every line of a group, as far as they fit.
    var text: String {
        var blocks = [summary]
        if parts.isEmpty {
            blocks.append(facts.map { "\($0.name): \($0.value.clipped(to: 2_000))" }.joined(separator: "\n"))
            blocks += paragraphs.map { "\($0.name): \($0.text.clipped(to: 3_000))" }
            blocks.append(references.map { $0.clipped(to: 500) }.joined(separator: "\n"))
        } else {
            blocks.append(Self.list(parts.map { "- \($0.summary)" }, within: 16_000))
        }
        return blocks.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// The items, one in a line, in so many UTF-16 code units; what does not fit is counted: `and 12 more`.
    static func list(_ items: [String], within limit: Int) -> String {
        var (kept, used) = ([String](), 0)
        for item in items {
            // Room for the count, unless this is the last one.
            let reserve = kept.count + 1 == items.count ? 0 : 24
            guard used + item.utf16.count + 1 + reserve <= limit else { break }
            kept.append(item)
            used += item.utf16.count + 1
        }
        if kept.count < items.count { kept.append("and \(items.count - kept.count) more") }
        return kept.joined(separator: "\n")
    }
}
