import JSON
import TestSupport
import Testing

@Suite struct JSONParserTests {
    @Test(arguments: validDocuments)
    func accepts(text: String, value: JSON) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test func offsetsPointAtTheirBytes() throws {
        let value = try JSON.parse(#" {"é": [10, "x"], "b": {"c": null}}"#)
        #expect(value.offset == 1)
        #expect(value.members?.map(\.keyOffset) == [2, 19])
        #expect(value["é"]?.offset == 8)
        #expect(value["é"]?.array?.map(\.offset) == [9, 13])
        #expect(value["b"]?["c"]?.offset == 30)
    }

    @Test func keepsOrderAndDuplicates() throws {
        let value = try JSON.parse(#"{"b":1,"a":2,"b":3}"#)
        #expect(value.members?.map(\.key) == ["b", "a", "b"])
    }

    @Test func depthIsLimited() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSON.parse(nested(64))
        _ = try JSON.parse("1", depth: 0)
        let tooDeep = JSONSyntaxError(offset: 64, message: "nested more than 64 levels deep")
        #expect(throws: tooDeep) { try JSON.parse(nested(65)) }
        #expect(throws: tooDeep) { try JSON.parse(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONSyntaxError(offset: 5, message: "nested more than 1 levels deep")) {
            try JSON.parse(#"{"a":{}}"#, depth: 1)
        }
    }

    @Test func everySingleByteIsHandled() {
        for byte in UInt8.min...UInt8.max {
            let isDigit = 0x30...0x39 ~= byte
            #expect(isDigit == ((try? JSON.parse([byte])) != nil))
        }
    }

    @Test func randomValuesReadBack() throws {
        var generator = SeededGenerator(state: 4)
        for _ in 0..<2000 {
            let value = randomValue(depth: 5, &generator)
            #expect(try JSON.parse(value.text()) == value)
            #expect(try JSON.parse(value.text(pretty: true)) == value)
        }
    }

    /// Neither a crash nor a wrong place, whatever arrives.
    @Test func mutatedDocumentsAreHandled() throws {
        let original = Array(#"{"id":"550e-é😀","n":[0,-1.5e3,true,null],"o":{"\u00e9\n":"\ud83d\ude00"},"x":""}"#.utf8)
        var generator = SeededGenerator(state: 5)
        var accepted = 0
        for _ in 0..<50_000 {
            let bytes = mutated(original, &generator)
            do throws(JSONSyntaxError) {
                let value = try JSON.parse(bytes)
                accepted += 1
                if try JSON.parse(value.bytes()) != value { Issue.record("\(bytes) does not read back") }
            } catch {
                if !(0...bytes.count ~= error.offset) || error.message.isEmpty { Issue.record("\(error) in \(bytes)") }
            }
        }
        #expect(1000..<40_000 ~= accepted)
    }

    private func mutated(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let place = Int.random(in: 0..<max(1, bytes.count), using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes.insert(.random(in: 0...255, using: &generator), at: place)
            case 1 where !bytes.isEmpty: bytes.remove(at: place)
            case 2 where !bytes.isEmpty: bytes[place] ^= 1 << Int.random(in: 0..<8, using: &generator)
            case 3 where Bool.random(using: &generator): bytes = Array(bytes.prefix(place))
            default: bytes.insert(Array(#"{}[]",:\u0 e"#.utf8).randomElement(using: &generator) ?? 0, at: place)
            }
        }
        return bytes
    }

    private func randomValue(depth: Int, _ generator: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: .null
        case 1: .bool(.random(using: &generator))
        case 2: .number(Int64.random(in: .min ... .max, using: &generator))
        case 3: .number(Double(bitPattern: UInt64.random(in: .min ... .max, using: &generator)))
        case 4: .string(randomText(&generator))
        case 5: .array(randomMembers(depth: depth, &generator).map(\.value))
        default: JSON(.object(randomMembers(depth: depth, &generator)))
        }
    }

    private func randomMembers(depth: Int, _ generator: inout SeededGenerator) -> [JSON.Member] {
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            JSON.Member(key: randomText(&generator), value: randomValue(depth: depth - 1, &generator))
        }
    }

    private func randomText(_ generator: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...20, using: &generator) {
            let ceilings: [UInt32] = [0x7F, 0xFF, 0x2030, 0x10FFFF]
            let ceiling = ceilings.randomElement(using: &generator) ?? 0
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...ceiling, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

private let validDocuments: [(String, JSON)] = [
    ("null", JSON.null), ("true", true), ("false", false), ("\t\r\n 1 \t\r\n", 1), ("\u{FEFF}{}", [:]),
    ("[]", []), ("[ ]", []), ("{ }", [:]), ("[[],[[]],{}]", [[], [[]], [:]]),
    (#"{"a":{"b":[1,"x",null]}}"#, ["a": ["b": [1, "x", nil]]]),
    (#"{ "a" : 1 , "b" : 2 }"#, ["a": 1, "b": 2]), (#"{"":0}"#, ["": 0]),
    ("-0", JSON(.number("-0"))), ("0.0", JSON(.number("0.0"))), ("10", 10),
    ("-1.25e+10", JSON(.number("-1.25e+10"))), ("1E-2", JSON(.number("1E-2"))), ("0e0", JSON(.number("0e0"))),
    ("123456789012345678901234567890", JSON(.number("123456789012345678901234567890"))),
    (#""""#, ""), (#""a\"b\\c\/d\b\f\n\r\t""#, "a\"b\\c/d\u{8}\u{C}\n\r\t"),
    (#""\u0041\u00e9\u20AC\ud83d\ude00x""#, "Aé€😀x"), (#""\u0000""#, "\0"), ("\"é€😀\u{7F}\"", "é€😀\u{7F}"),
    (#""\ud834\uDD1E""#, "𝄞"), (#""// no comment""#, "// no comment"),
]
