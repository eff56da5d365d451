import Crypto
import JSON
import Posix

@testable import Settings

let goodVariables = [
    "LINQ_WEBHOOK_SECRET": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "LINQ_API_V3_API_KEY": "the-api-key-hunter2",
    "SENDER_URL": "https://sender.example.com/linewarden?key=hunter2",
    "SENDER_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "PAGERDUTY_ROUTING_KEY": "hunter2789abcdef0123456789abcdef",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/hunter2",
    "ADMIN_TOKEN": "hunter2",
]

/// A machine with these variables, without files.
func secretSource(_ variables: [String: String] = goodVariables) -> SecretSource {
    SecretSource(
        environment: { variables[$0] },
        file: { path in throw PosixError(call: "open", code: PosixError.notFound, subject: path) }
    )
}

/// A good configuration with one line for each section: `webhook` is line 2, `rest` line 7.
struct Document {
    enum Section: String, CaseIterable { case webhook, admin, state, hooks, routes, rest }

    private var sections: [Section: String] = [
        .webhook: #""listen": ["127.0.0.1:8080"], \#(endpoints)"#,
        .admin: #""listen": ["127.0.0.1:8081"]"#,
        .state: #""directory": "/var/lib/linewarden""#,
        .routes: #"{"on": ["FLAGGED", "CRITICAL"], "pause": ["gate"], "page": ["ops"]}"#,
    ]

    static let endpoints = #""endpoints": [{"path": "/linq", "secrets": [{"env": "LINQ_WEBHOOK_SECRET"}]}]"#
    private static let gate = #""gate": {"type": "gate_files", "directory": "/run/gate"}"#
    private static let ops = #""ops": {"type": "slack", "url": {"env": "SLACK_WEBHOOK_URL"}}"#

    init() {}

    /// The good configuration with another section.
    ///
    /// `text`: what is inside the section's brackets; hooks stand before the good ones.
    init(_ section: Section, _ text: String) { sections[section] = text }

    var text: String {
        let hooks = [sections[.hooks], Self.gate, Self.ops].compactMap { $0 }.joined(separator: ", ")
        let rest = sections[.rest].map { ",\n\($0)" } ?? ""
        return """
            {
            "webhook": {\(sections[.webhook] ?? "")},
            "admin": {\(sections[.admin] ?? "")},
            "state": {\(sections[.state] ?? "")},
            "hooks": {\(hooks)},
            "routes": [\(sections[.routes] ?? "")]\(rest)
            }
            """
    }
}

/// What becomes of a document, its problems as they are printed.
struct Reading {
    let settings: Settings?
    let problems: [String]

    /// What every small sample would be warned of, and `SecondThoughtsTests` is about.
    static func isSecondThought(_ problem: String) -> Bool {
        problem.contains("no route pauses anything on") || problem.contains(".url: is a secret written into the file")
    }

    /// `whole`: with second thoughts.
    init(_ text: String, variables: [String: String] = goodVariables, whole: Bool = false) {
        let source = SourceText(name: "c", bytes: Array(text.utf8))
        switch SettingsLoader.read(source, secrets: secretSource(variables)) {
        case .loaded(let settings, let warnings):
            self.settings = settings
            problems = warnings.map(\.description).filter { whole || !Self.isSecondThought($0) }
        case .bad(let problems):
            settings = nil
            self.problems = problems.map(\.description).filter { whole || !Self.isSecondThought($0) }
        case .unreadable(let reason):
            settings = nil
            problems = [reason]
        }
    }
}
