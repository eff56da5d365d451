import Chrono
import JSON
import Testing

@Suite struct ConfigurationReaderTests {
    @Test func readsWhatIsRight() {
        let (value, problems) = read(
            """
            { "$schema": "x", "webhook": { "listen": ["a:1", "b:2"], "tolerance": "5m" },
              "hooks": { "ops": { "type": "slack" } } }
            """
        )
        #expect(problems == [])
        #expect(value == Sample(listen: ["a:1", "b:2"], tolerance: .minutes(5), hooks: ["ops": .slack], limit: 10))
    }

    /// The point of it all: one run shows every mistake, each at its place, in the order of the file.
    @Test func collectsEveryMistake() {
        let (value, problems) = read(
            """
            {
              "webhook": {
                "listen": ["a:1", 8080, null],
                "tolerance": "5 min",
                "listne": [],
                "listen ": []
              },
              "hooks": {
                "ops": { "type": "slak" },
                "on call": { "key": "x" },
                "gate": [],
                "ops": { "type": "http", "colour": 1 }
              },
              "limit": 5000,
              "Limit": 5,
              "zzz": {}
            }
            """
        )
        #expect(value == nil)
        #expect(
            problems == [
                "config.json:3:23: webhook.listen[1]: expected a string, found a number",
                "config.json:3:29: webhook.listen[2]: expected a string, found null",
                #"config.json:4:18: webhook.tolerance: "5 min" is not a duration; "#
                    + #"write a number and a unit such as "30s", "5m" or "90d""#,
                "config.json:5:5: webhook.listne: unknown key; did you mean 'listen'?",
                #"config.json:6:5: webhook["listen "]: unknown key; did you mean 'listen'?"#,
                #"config.json:10:16: hooks["on call"].type: is missing"#,
                #"config.json:10:18: hooks["on call"].key: unknown key; allowed here: type"#,
                "config.json:11:13: hooks.gate: expected an object, found an array",
                "config.json:12:5: hooks.ops: is given twice, first on line 9",
                "config.json:12:30: hooks.ops.colour: unknown key; allowed here: type",
                "config.json:14:12: limit: must be between 1 and 100, found 5000",
                "config.json:15:3: Limit: unknown key; did you mean 'limit'?",
                "config.json:16:3: zzz: unknown key; allowed here: webhook, hooks, limit",
            ]
        )
    }

    @Test(arguments: [
        ("", ["config.json:1:1: the document is empty"]),
        ("{\n  \"a\": 1,\n}", ["config.json:2:9: trailing comma before '}'"]),
        ("[]", ["config.json:1:1: expected an object, found an array"]),
        ("\n \"é", ["config.json:2:4: the document ends inside a string"]),
        ("{}", ["config.json:1:1: webhook: is missing"]),
    ])
    func reportsADocumentThatIsNone(text: String, expected: [String]) {
        let (value, problems) = read(text)
        #expect(value == nil)
        #expect(problems == expected)
    }

    @Test func warningsKeepTheValue() {
        let (value, problems) = ConfigurationReader.read(source: source(#"{"secret": "hunter2"}"#)) { root in
            let secret = root.required("secret")
            secret?.warn("is written out; use {\"env\": …}")
            root.warn("token", "is not set")
            return secret?.string()
        }
        #expect(value == "hunter2")
        #expect(
            problems.map(\.description) == [
                "config.json:1:1: warning: token: is not set",
                #"config.json:1:12: warning: secret: is written out; use {"env": …}"#,
            ]
        )
    }

    @Test func theSameReportCountsOnce() {
        let (_, problems) = ConfigurationReader.read(source: source(#"{"a": {}}"#)) { root -> Int? in
            // Two passes over one object share what they know of its keys.
            _ = root.required("a")?.object()?.required("b")
            _ = root.required("a")?.object()?.required("b")
            return 1
        }
        #expect(problems.map(\.description) == ["config.json:1:7: a.b: is missing"])
    }

    @Test func readersAreFreed() {
        final class Witness {}
        weak var reader: ConfigurationReader?
        do {
            let made = ConfigurationReader(source: source(#"{"a": {}}"#))
            reader = made
            _ = made.root()?.optional("a")?.object()
            #expect(made.finish().isEmpty)
        }
        #expect(reader == nil)
    }

    private func source(_ text: String) -> SourceText {
        SourceText(name: "config.json", bytes: Array(text.utf8))
    }

    private func read(_ text: String) -> (Sample?, [String]) {
        let (value, problems) = ConfigurationReader.read(source: source(text), Sample.init)
        return (value, problems.map(\.description))
    }
}

private struct Sample: Equatable {
    enum HookType: String, CaseIterable { case slack, http }

    var listen: [String]
    var tolerance: Span
    var hooks: [String: HookType]
    var limit: Int
}

extension Sample {
    init?(_ root: ObjectReader) {
        root.ignore("$schema")
        let webhook = root.required("webhook")?.object()
        let listen = webhook?.strings("listen")
        let tolerance = webhook?.span("tolerance", in: .seconds(1) ... .hours(1), default: .minutes(1))
        var hooks: [String: HookType] = [:]
        for (name, hook) in root.optional("hooks")?.object()?.entries ?? [] {
            hooks[name] = hook.object()?.required("type")?.choice(HookType.self)
        }
        let limit = root.integer("limit", in: 1...100, default: 10)
        guard let listen, let tolerance else { return nil }
        self.init(listen: listen, tolerance: tolerance, hooks: hooks, limit: limit)
    }
}
