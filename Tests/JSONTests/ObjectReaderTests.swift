import Chrono
import JSON
import Testing

@Suite struct ObjectReaderTests {
    @Test func missingKeysHaveTheirDefaults() {
        let problems = problems(in: "{}") { root in
            #expect(root.string("a", default: "x") == "x")
            #expect(root.bool("b", default: true))
            #expect(root.integer("c", in: 1...5, default: 3) == 3)
            #expect(root.span("d", in: .zero ... .days(1), default: .seconds(5)) == .seconds(5))
            #expect(root.choice("e", default: Level.low) == .low)
            #expect(root.strings("f") == nil)
            #expect(root.optional("g") == nil)
        }
        #expect(problems == [])
    }

    @Test func presentKeysHaveTheirValues() {
        let text = #"{"a": "y", "b": false, "c": 5, "d": "1h", "e": "high", "f": ["p", "q"]}"#
        let problems = problems(in: text) { root in
            #expect(root.string("a", default: "x") == "y")
            #expect(!root.bool("b", default: true))
            #expect(root.integer("c", in: 1...5, default: 3) == 5)
            #expect(root.span("d", in: .zero ... .days(1), default: .seconds(5)) == .hours(1))
            #expect(root.choice("e", default: Level.low) == .high)
            #expect(root.strings("f") == ["p", "q"])
        }
        #expect(problems == [])
    }

    @Test func wrongValuesAreReportedEach() {
        let problems = problems(in: #"{"a": 1, "f": ["p", 2, {}], "e": "hig"}"#) { root in
            #expect(root.string("a", default: "x") == "x")
            #expect(root.strings("f") == nil)
            #expect(root.choice("e", default: Level.low) == .low)
        }
        #expect(
            problems == [
                "c:1:7: a: expected a string, found a number",
                "c:1:21: f[1]: expected a string, found a number",
                "c:1:24: f[2]: expected a string, found an object",
                #"c:1:34: e: must be one of low, high, found "hig"; did you mean 'high'?"#,
            ]
        )
    }

    @Test func entriesKeepTheirOrderAndTheLastOfTwo() {
        let problems = problems(in: #"{"b": 1, "a": 2, "b": 3}"#) { root in
            #expect(root.entries.map(\.key) == ["a", "b"])
            #expect(root.entries.map(\.value.path) == ["a", "b"])
            #expect(root.entries.compactMap { $0.value.integer(in: 0...9) } == [2, 3])
        }
        #expect(problems == ["c:1:18: b: is given twice, first on line 1"])
    }

    @Test func unknownKeysAreExplained() {
        #expect(problems(in: #"{"a": 1}"#) { _ in } == ["c:1:2: a: unknown key; none is allowed here"])
        let problems = problems(in: #"{"o": {"tiemout": 1, "$schema": 2, "": 3}}"#) { root in
            let object = root.optional("o")?.object()
            #expect(object?.path == "o")
            object?.ignore("$schema")
            _ = object?.optional("timeout")
        }
        #expect(
            problems == [
                "c:1:8: o.tiemout: unknown key; did you mean 'timeout'?",
                #"c:1:36: o[""]: unknown key; allowed here: timeout"#,
            ]
        )
    }

    @Test func anObjectNobodyUnderstandsIsLeftAlone() {
        let problems = problems(in: #"{"type": "carrier pigeon", "coop": 1}"#) { root in
            _ = root.required("type")?.choice(Level.self)
            root.ignoreRest()
        }
        #expect(problems == [#"c:1:10: type: must be one of low, high, found "carrier pigeon""#])
    }

    @Test func failPointsAtTheKeyOrTheObject() {
        let problems = problems(in: #"{"tls": {"key": "k"}}"#) { root in
            let tls = root.optional("tls")?.object()
            _ = tls?.optional("key")
            tls?.fail("certificate", "is needed beside a key")
            tls?.fail("key", "cannot be read")
            tls?.fail(nil, "makes no sense")
            tls?.finish()
            tls?.finish()
        }
        #expect(
            problems == [
                "c:1:9: tls: makes no sense",
                "c:1:9: tls.certificate: is needed beside a key",
                "c:1:17: tls.key: cannot be read",
            ]
        )
    }

    private enum Level: String, CaseIterable { case low, high }

    private func problems(in text: String, _ body: (ObjectReader) -> Void) -> [String] {
        let source = SourceText(name: "c", bytes: Array(text.utf8))
        return ConfigurationReader.read(source: source) { root -> Bool? in
            body(root)
            return true
        }.problems.map(\.description)
    }
}
