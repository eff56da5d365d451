/// Colours of words that say how it stands, where the terminal shows any.
struct Palette {
    enum Shade: String { case good = "32", caution = "33", bad = "31", heading = "1" }

    private static let shades: [String: Shade] = [
        "allowed": .good, "ACTIVE": .good, "HEALTHY": .good, "delivered": .good, "applied": .good, "active": .good,
        "slowed": .caution, "AT_RISK": .caution, "pending": .caution, "warning": .caution, "stale": .caution,
        "paused": .bad, "FLAGGED": .bad, "CRITICAL": .bad, "dead": .bad, "quarantined": .bad, "critical": .bad,
        "error": .bad, "OFF": .bad,
    ]

    let showsColours: Bool

    /// The same text in a colour.
    func paint(_ text: String, _ shade: Shade) -> String {
        showsColours ? "\u{1B}[\(shade.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The same text, in a colour if the word in it is one that says how it stands.
    func paint(_ text: String, as word: String) -> String { Self.shades[word].map { paint(text, $0) } ?? text }
}
