import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test(arguments: written)
    func writes(value: JSON, text: String) throws {
        #expect(value.text() == text)
        #expect(value.bytes() == Array(text.utf8))
        #expect(try JSON.parse(text) == value)
    }

    @Test func prettyPutsEveryMemberOnItsLine() {
        let value: JSON = ["a": [1, ["b": nil]], "c": [], "d": [:]]
        let expected = """
            {
              "a": [
                1,
                {
                  "b": null
                }
              ],
              "c": [],
              "d": {}
            }
            """
        #expect(value.text(pretty: true) == expected)
    }
}

private let written: [(JSON, String)] = [
    (JSON.null, "null"), (true, "true"), ([], "[]"), ([:], "{}"), ([1, [2], [:]], "[1,[2],{}]"),
    ("a/b", #""a/b""#), ("é€😀", #""é€😀""#), ("a\"b\\c", #""a\"b\\c""#), ("\n\r\t", #""\n\r\t""#),
    ("\0\u{8}\u{1F}\u{7F}", #""\u0000\u0008\u001f\u007f""#), ("\u{2027}\u{2028}\u{2029}", "\"\u{2027}\\u2028\\u2029\""),
    ("\r\n", #""\r\n""#), (["a\"": 1], #"{"a\"":1}"#), (1.5, "1.5"), (1e-7, "1e-07"), (1e100, "1e+100"),
]
