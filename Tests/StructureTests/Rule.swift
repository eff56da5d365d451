import Testing

/// A construct that is forbidden, and why.
struct Rule: Sendable, CustomTestStringConvertible {
    enum Scope { case everywhere, sources }

    /// As people write it.
    let name: String
    let pattern: String
    let scope: Scope
    let why: String
    /// Paths, or folders ending in `/`, where it is right, each with the reason.
    let exceptions: [String: String]

    init(
        _ name: String,
        _ pattern: String,
        in scope: Scope = .everywhere,
        why: String,
        except exceptions: [String: String] = [:]
    ) {
        self.name = name
        self.pattern = pattern
        self.scope = scope
        self.why = why
        self.exceptions = exceptions
    }

    var testDescription: String { name }

    /// Finds the construct; a word ends at a dot too, which the default word boundaries (Unicode TR 29) do not see.
    func regex() throws -> Regex<AnyRegexOutput> {
        try Regex(pattern).anchorsMatchLineEndings().wordBoundaryKind(.simple)
    }

    func concerns(_ file: Repository.File) -> Bool {
        if scope == .sources, !file.isSource { return false }
        return !exceptions.keys.contains { $0.hasSuffix("/") ? file.path.hasPrefix($0) : file.path == $0 }
    }
}

extension Rule {
    static let all: [Rule] = [
        Rule("@unchecked Sendable", #"@unchecked\s+Sendable"#, why: "it silences the data race check"),
        Rule("nonisolated(unsafe)", #"nonisolated\s*\(\s*unsafe"#, why: "it silences the data race check"),
        Rule("fatalError", #"\bfatalError\b"#, why: "a daemon answers an error, it does not stop on one"),
        Rule("try!", #"\btry!"#, why: "it stops the daemon on an error"),
        Rule("as!", #"\bas!"#, why: "it stops the daemon on a wrong type"),
        Rule(
            "DispatchQueue.global",
            #"\bDispatchQueue\s*\.\s*global\b|\.global\s*\(\s*(?:qos|\))"#,
            why: "blocked work there starves everybody; own a queue"
        ),
        Rule(
            "import Foundation",
            #"\bimport\s+(?:\w+\s+)?Foundation\b"#,
            why: "it makes the binary four times as large; FoundationEssentials has what is needed"
        ),
        Rule(
            "blocking sleep",
            #"\bThread\s*\.\s*sleep\b|(?:^|[^.\w])(?:u|nano)?sleep\s*\(|\bGlibc\s*\.\s*\w*sleep\b"#,
            in: .sources,
            why: "nothing blocks; set a timer"
        ),
        Rule(
            "SignatureProof()",
            #"\bSignatureProof\s*(?:\.\s*init\s*)?\("#,
            in: .sources,
            why: "only a checked signature makes one",
            except: ["Sources/Intake/": "here signatures are checked"]
        ),
        Rule(
            "VerifiedEvent(…)",
            #"\bVerifiedEvent\s*(?:\.\s*init\s*)?\("#,
            in: .sources,
            why: "only Intake makes events",
            except: ["Sources/Intake/": "here events are made"]
        ),
    ]
}
