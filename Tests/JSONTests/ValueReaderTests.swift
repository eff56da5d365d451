import Chrono
import JSON
import Testing

@Suite struct ValueReaderTests {
    enum Status: String, CaseIterable { case active = "ACTIVE", flagged = "FLAGGED", critical = "CRITICAL" }

    @Test(arguments: strings)
    func string(text: String, value: String?, message: String?) {
        expect(text, value, message) { $0.string() }
    }

    @Test(arguments: bools)
    func bool(text: String, value: Bool?, message: String?) {
        expect(text, value, message) { $0.bool() }
    }

    @Test(arguments: integers)
    func integer(text: String, value: Int?, message: String?) {
        expect(text, value, message) { $0.integer(in: 1...65_535) }
    }

    @Test func aBoundAtTheEndIsNotTold() {
        expect("0", Int?.none, "must be at least 1, found 0") { $0.integer(in: 1 ... .max) }
        expect("7", Int?.none, "must be at most 5, found 7") { $0.integer(in: .min...5) }
        expect(#""2d""#, Span?.none, "must be at most 1d, found 2d") { $0.span(in: .zero ... .days(1)) }
        expect(#""1s""#, Span?.none, "must be at least 1m, found 1s") {
            $0.span(in: .minutes(1)...Span(microseconds: .max))
        }
    }

    @Test(arguments: spans)
    func span(text: String, value: Span?, message: String?) {
        expect(text, value, message) { $0.span(in: .seconds(1) ... .minutes(90)) }
    }

    @Test(arguments: choices)
    func choice(text: String, value: Status?, message: String?) {
        expect(text, value, message) { $0.choice(Status.self) }
    }

    @Test func aLongValueIsCut() {
        let long = String(repeating: "é", count: 41)
        let shown = String(repeating: "é", count: 40) + "…"
        let message = "must be one of ACTIVE, FLAGGED, CRITICAL, found \"\(shown)\""
        expect("\"\(long)\"", Status?.none, message) { $0.choice(Status.self) }
    }

    @Test func arrayElementsHaveTheirPath() {
        expect(#"[1, [2, "x"]]"#, String?.none, "expected a string, found a number", key: "v[1][0]", column: 12) {
            $0.array()?.last?.array()?.first?.string()
        }
        expect("{}", Int?.none, "expected an array, found an object") { $0.array()?.count }
    }

    @Test func failIsReportedAtTheValue() {
        expect(#""a:99999""#, Int?.none, "has a port beyond 65535") { value in
            value.fail("has a port beyond 65535")
            return nil
        }
    }

    private func expect<Value: Equatable>(
        _ text: String,
        _ expected: Value?,
        _ message: String?,
        key: String = "v",
        column: Int = 7,
        _ body: (ValueReader) -> Value?
    ) {
        let source = SourceText(name: "c", bytes: Array("{\"v\": \(text)}".utf8))
        let (value, problems) = ConfigurationReader.read(source: source) { root in root.required("v").flatMap(body) }
        #expect(value == expected)
        let problem = message.map {
            ConfigurationProblem(file: "c", line: 1, column: column, key: key, message: $0)
        }
        #expect(problems == [problem].compactMap(\.self))
    }
}

private let strings: [(String, String?, String?)] = [
    (#""x""#, "x", nil), ("1", nil, "expected a string, found a number"),
    ("null", nil, "expected a string, found null"), ("true", nil, "expected a string, found true"),
    ("[]", nil, "expected a string, found an array"), ("{}", nil, "expected a string, found an object"),
]

private let bools: [(String, Bool?, String?)] = [
    ("false", false, nil), (#""yes""#, nil, "expected true or false, found a string"),
]

private let integers: [(String, Int?, String?)] = [
    ("1", 1, nil), ("65535", 65_535, nil), ("0", nil, "must be between 1 and 65535, found 0"),
    ("-5", nil, "must be between 1 and 65535, found -5"),
    ("99999999999999999999", nil, "must be between 1 and 65535, found 99999999999999999999"),
    ("1.5", nil, "expected a whole number, found 1.5"), ("1e3", nil, "expected a whole number, found 1e3"),
    (#""8080""#, nil, "expected a whole number, found a string"),
]

private let spans: [(String, Span?, String?)] = [
    (#""90s""#, Span.seconds(90), nil), (#""1h30m""#, .minutes(90), nil),
    (#""2d""#, nil, "must be between 1s and 90m, found 2d"),
    ("300", nil, #"expected a duration such as "30s", "5m" or "90d", found a number"#),
    (
        #""\n5 min""#, nil,
        #""\n5 min" is not a duration; write a number and a unit such as "30s", "5m" or "90d""#
    ),
]

private let choices: [(String, ValueReaderTests.Status?, String?)] = [
    (#""FLAGGED""#, .flagged, nil),
    (#""FLAGED""#, nil, #"must be one of ACTIVE, FLAGGED, CRITICAL, found "FLAGED"; did you mean 'FLAGGED'?"#),
    (#""critical""#, nil, #"must be one of ACTIVE, FLAGGED, CRITICAL, found "critical"; did you mean 'CRITICAL'?"#),
    (#""paused""#, nil, #"must be one of ACTIVE, FLAGGED, CRITICAL, found "paused""#),
    ("1", nil, "expected a string, found a number"),
]
