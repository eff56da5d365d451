import JSON
import Testing

@Suite struct JSONTests {
    @Test func literalsBuildValues() {
        let value: JSON = [
            "line": "+12025551234", "count": 3, "ratio": 0.5, "paused": true, "until": nil, "reasons": ["a", "b"],
            "nested": ["z": 1, "a": 2],
        ]
        #expect(
            value.text()
                == #"{"line":"+12025551234","count":3,"ratio":0.5,"paused":true,"until":null,"#
                + #""reasons":["a","b"],"nested":{"z":1,"a":2}}"#
        )
    }

    @Test func objectLeavesOutWhatIsNil() {
        let reason: String? = nil
        let value = JSON.object([("status", "ACTIVE"), ("reason", reason.map { .string($0) }), ("until", .null)])
        #expect(value == ["status": "ACTIVE", "until": nil])
    }

    @Test func numbersThatJSONLacksAreNull() {
        #expect(JSON.number(Double.nan) == .null)
        #expect(JSON.number(-Double.infinity) == .null)
        #expect(JSON.number(UInt64.max).text() == "18446744073709551615")
    }

    @Test func equalityIgnoresOffsetsButNotOrder() throws {
        #expect(try JSON.parse(#"  {"a": 1}"#) == ["a": 1])
        #expect(try JSON.parse(#"{"b":1,"a":2}"#) != ["a": 2, "b": 1])
        #expect(try JSON.parse("1.0") != 1)
    }

    @Test func accessAnswersNilForOtherKinds() throws {
        let value = try JSON.parse(#"{"s":"x","i":-7,"d":1.0,"b":false,"a":[1],"n":null,"s":"last"}"#)
        #expect(value["s"]?.string == "last")
        #expect(value["i"]?.integer == -7)
        #expect(value["i"]?.double == -7)
        #expect(value["d"]?.integer == nil)
        #expect(value["d"]?.double == 1)
        #expect(value["b"]?.bool == false)
        #expect(value["a"]?.array == [1])
        #expect(value["n"]?.isNull == true)
        #expect(value.members?.count == 7)
        #expect(value["missing"] == nil)
        #expect(value["s"]?["s"] == nil)
        #expect(value.string == nil && value.integer == nil && value.double == nil && value.bool == nil)
        #expect(value.array == nil && value["s"]?.members == nil && !value.isNull)
    }

    @Test(arguments: [
        ("9223372036854775807", Int64.max), ("-9223372036854775808", .min), ("9223372036854775808", nil),
        ("-0", 0), ("1e3", nil), ("1.0", nil),
    ])
    func integersAreExact(text: String, integer: Int64?) throws {
        #expect(try JSON.parse(text).integer == integer)
    }

    @Test func keysAreComparedByteByByte() throws {
        let value = try JSON.parse(#"{"Key":1,"Key":2,"é":3}"#)
        #expect(value["Key"] == 1)
        #expect(value["\u{212A}ey"] == 2)
        #expect(value["\u{E9}"] == nil)
    }

    @Test func doublesAreFinite() throws {
        #expect(try JSON.parse("1e999").double == nil)
        #expect(try JSON.parse("-25e-1").double == -2.5)
    }
}
