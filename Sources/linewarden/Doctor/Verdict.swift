import JSON

/// What a check found, and what to do about it.
struct Verdict: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case ok, warning, wrong, skipped

        /// At a glance.
        var sign: String {
            switch self {
            case .ok: "✓"
            case .warning: "!"
            case .wrong: "✗"
            case .skipped: "–"
            }
        }
    }

    /// What was looked at, such as `ledger` or `hook oncall`.
    let name: String
    let kind: Kind
    /// What was found, or why nobody looked; one sentence without its end and without secrets.
    let found: String
    /// What to do about it; nil where there is nothing to do.
    let remedy: String?

    private init(_ name: String, _ kind: Kind, _ found: String, _ remedy: String? = nil) {
        self.name = name
        self.kind = kind
        self.found = Self.line(found)
        self.remedy = remedy.map(Self.line)
    }

    static func ok(_ name: String, _ found: String) -> Verdict {
        Verdict(name, .ok, found)
    }

    static func warning(_ name: String, _ found: String, _ remedy: String? = nil) -> Verdict {
        Verdict(name, .warning, found, remedy)
    }

    static func wrong(_ name: String, _ found: String, _ remedy: String? = nil) -> Verdict {
        Verdict(name, .wrong, found, remedy)
    }

    static func skipped(_ name: String, _ why: String) -> Verdict {
        Verdict(name, .skipped, why)
    }

    /// In one line, and without what a terminal would obey: receivers and files of others have their say in it.
    private static func line(_ text: String) -> String {
        let isControl = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory == .control }
        let plain = String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 })
        return String(plain).split(separator: " ").joined(separator: " ")
    }

    var json: JSON {
        .object([
            ("name", .string(name)), ("verdict", .string(kind.rawValue)), ("found", .string(found)),
            ("remedy", remedy.map(JSON.string) ?? .null),
        ])
    }
}
