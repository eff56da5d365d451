import Chrono
import Crypto
import HTTPClient
import JSON
import Lines

@testable import Hooks

extension HTTPHookConfiguration {
    /// Reads an `http` hook of these keys, on one line, with the problems that there are.
    static func reading(
        _ keys: String,
        _ variables: [String: String] = [:]
    ) -> (configuration: HTTPHookConfiguration?, problems: [String]) {
        let source = SourceText(name: "c", bytes: Array("{\(keys)}".utf8))
        let (configuration, problems) = ConfigurationReader.read(source: source) {
            HTTPHookConfiguration.read($0, secretSource(variables))
        }
        return (configuration, problems.map(\.description))
    }
}

/// A group of a paused, a slowed and a recovered line, and one more incident of the first.
func group() throws -> Message {
    Message(
        group: [
            try Story(number: "+12025550002", after: (nil, "AT_RISK")).message("incident.opened"),
            try Story(number: "+12025550003", before: ("FLAGGED", nil), after: ("ACTIVE", "HEALTHY"), step: .resolved)
                .message("incident.resolved"),
            try Story(number: "+12025550001").message("incident.opened"),
            try Story(number: "+12025550001", step: .updated).message("incident.updated"),
        ],
        at: moment
    )
}

/// Texts that break whatever does not escape them.
let hostile = [
    "\"", "\\", "\\\"", "\"}],\"x\":[{\"", "\n", "\r\nX-Evil: 1\r\n\r\n", "\u{0}", "\u{1F}", "\u{7F}", "\u{2028}",
    "&to=evil@example.com", "a=b&c=d;e+f%41", "</p><script>", "'", "${line.status}", "$${", "${", "}", "../../x?y#z",
    "é😀👨‍👩‍👧‍👦", "e\u{301}", "\u{301}", "\u{FEFF}", " ", "<@everyone>",
]
