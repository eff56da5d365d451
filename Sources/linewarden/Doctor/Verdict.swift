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

    static func ok(_ name: String, _ found: String) -> Verdict {
        Verdict(name: name, kind: .ok, found: found, remedy: nil)
    }

    static func warning(_ name: String, _ found: String, _ remedy: String? = nil) -> Verdict {
        Verdict(name: name, kind: .warning, found: found, remedy: remedy)
    }

    static func wrong(_ name: String, _ found: String, _ remedy: String? = nil) -> Verdict {
        Verdict(name: name, kind: .wrong, found: found, remedy: remedy)
    }

    static func skipped(_ name: String, _ why: String) -> Verdict {
        Verdict(name: name, kind: .skipped, found: why, remedy: nil)
    }

    var json: JSON {
        .object([
            ("name", .string(name)), ("verdict", .string(kind.rawValue)), ("found", .string(found)),
            ("remedy", remedy.map(JSON.string) ?? .null),
        ])
    }
}
