import JSON
import Testing

/// The words and the place of every mistake.
@Suite struct JSONDiagnosisTests {
    @Test(arguments: structureMistakes)
    func structure(text: String, offset: Int, message: String) {
        #expect(throws: JSONSyntaxError(offset: offset, message: message)) { try JSON.parse(text) }
    }

    @Test(arguments: numberMistakes)
    func numbers(text: String, offset: Int, message: String) {
        #expect(throws: JSONSyntaxError(offset: offset, message: message)) { try JSON.parse(text) }
    }

    @Test(arguments: stringMistakes)
    func strings(text: String, offset: Int, message: String) {
        #expect(throws: JSONSyntaxError(offset: offset, message: message)) { try JSON.parse(text) }
    }

    @Test(arguments: encodingMistakes)
    func encoding(bytes: [UInt8], offset: Int, message: String) {
        #expect(throws: JSONSyntaxError(offset: offset, message: message)) { try JSON.parse(bytes) }
    }
}

private let structureMistakes: [(String, Int, String)] = [
    ("", 0, "the document is empty"),
    (" \n", 2, "the document is empty"),
    ("{} x", 3, "expected the end of the document, found 'x'"),
    ("1 2", 2, "expected the end of the document, found '2'"),
    ("{} // done", 3, "a comment is not JSON"),
    (#"{"a":1"#, 6, "the document ends too early: expected ',' or '}' after a member"),
    ("{", 1, "the document ends too early: expected a key in double quotes"),
    ("[1,", 3, "the document ends too early: expected a value"),
    (#"{"a""#, 4, "the document ends too early: expected ':' after a key"),
    (#"{"a":1 "b":2}"#, 7, "expected ',' or '}' after a member, found '\"'"),
    (#"{"a" = 1}"#, 5, "expected ':' after a key, found '='"),
    (#"{"a":1,}"#, 6, "trailing comma before '}'"),
    ("[1, 2 ,\n]", 6, "trailing comma before ']'"),
    ("[1 2]", 3, "expected ',' or ']' after an element, found '2'"),
    ("[1,,2]", 3, "expected a value, found ','"),
    (#"{"a":}"#, 5, "expected a value, found '}'"),
    ("[1}", 2, "expected ',' or ']' after an element, found '}'"),
    ("{,}", 1, "expected a key in double quotes, found ','"),
    ("{listen: 1}", 1, #"a key is written in double quotes: "listen""#),
    ("{1: 1}", 1, #"a key is written in double quotes: "1""#),
    ("{'a': 1}", 1, "single quotes are not JSON; write \""),
    ("['a']", 1, "single quotes are not JSON; write \""),
    ("[“a”]", 1, "typographic quotes are not JSON; write \""),
    ("[\u{A0}1]", 1, "expected a value, found U+00A0"),
    ("[😀]", 1, "expected a value, found U+1F600"),
    ("{ // why\n}", 2, "a comment is not JSON"),
    ("[1, /* no */ 2]", 4, "a comment is not JSON"),
    ("# no\n{}", 0, "a comment is not JSON"),
    ("[1 / 2]", 3, "expected ',' or ']' after an element, found '/'"),
    ("True", 0, "'True' is not JSON; write true"),
    ("[None]", 1, "'None' is not JSON; write null"),
    ("[yes]", 1, "'yes' is not JSON; write true"),
    ("[off]", 1, "'off' is not JSON; write false"),
    ("[NaN]", 1, "'NaN' is not a JSON number"),
    ("[5m]", 2, "expected the end of a number, found 'm'"),
    ("tru", 0, "'tru' is not a JSON value; a string is written in double quotes"),
    ("truex", 0, "'truex' is not a JSON value; a string is written in double quotes"),
    ("[\0]", 1, "the document is not text in UTF-8"),
]

private let numberMistakes: [(String, Int, String)] = [
    ("+1", 0, "a number starts with a digit or '-', not with '+'"),
    (".5", 0, "a number starts with a digit or '-', not with '.'"),
    ("01", 0, "a number does not start with a needless 0"),
    ("[-01]", 1, "a number does not start with a needless 0"),
    ("0x1F", 0, "a number is written in decimal"),
    ("-", 1, "the document ends too early: expected a digit after '-'"),
    ("[-Infinity]", 2, "expected a digit after '-', found 'Infinity'"),
    ("[1.]", 3, "expected a digit after '.', found ']'"),
    ("[1.e5]", 3, "expected a digit after '.', found 'e5'"),
    ("[1e]", 3, "expected a digit after the 'e' of an exponent, found ']'"),
    ("[1e+]", 4, "expected a digit after the 'e' of an exponent, found ']'"),
    ("[1_000]", 2, "expected the end of a number, found '_000'"),
]

private let stringMistakes: [(String, Int, String)] = [
    (#"["abc"#, 5, "the document ends inside a string"),
    (#"["ab\"#, 5, "the document ends inside a string"),
    (#"["a\x"]"#, 3, "no such escape; a backslash is written \\\\"),
    (#"["C:\dir"]"#, 4, "no such escape; a backslash is written \\\\"),
    (#"["\u12"]"#, 2, "\\u needs four hexadecimal digits"),
    (#"["\u12G4"]"#, 2, "\\u needs four hexadecimal digits"),
    (#"["a\ud800"]"#, 3, "half of a surrogate pair, which is no character"),
    (#"["\udc00"]"#, 2, "half of a surrogate pair, which is no character"),
    (#"["\ud800\u0041"]"#, 2, "half of a surrogate pair, which is no character"),
    (#"["\ud800\n"]"#, 2, "half of a surrogate pair, which is no character"),
    (#"["\ud800\u00"]"#, 8, "\\u needs four hexadecimal digits"),
    ("[\"a\nb\"]", 1, "a string ends on the line where it starts; a line break in it is written \\n"),
    ("[\"a\tb\"]", 3, "a control character in a string is written \\u0009"),
    ("[\"\0\"]", 2, "a control character in a string is written \\u0000"),
    ("[\"\u{1F}\"]", 2, "a control character in a string is written \\u001f"),
]

private let encodingMistakes: [([UInt8], Int, String)] = [
    ([0x22, 0xFF, 0x22], 1, "invalid UTF-8"),
    // Overlong, a surrogate, beyond U+10FFFF, cut off: RFC 3629 section 3.
    ([0x22, 0x61, 0xC0, 0xAF, 0x22], 2, "invalid UTF-8"),
    ([0x22, 0xC3, 0xA9, 0xED, 0xA0, 0x80, 0x22], 3, "invalid UTF-8"),
    ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1, "invalid UTF-8"),
    ([0x22, 0x5C, 0x6E, 0xE2, 0x82, 0x22], 3, "invalid UTF-8"),
    ([0x5B, 0x80, 0x5D], 1, "invalid UTF-8"),
    ([0xFF, 0xFE, 0x7B, 0x00], 0, "the document is not text in UTF-8"),
    ([0x7B, 0x00, 0x7D, 0x00], 1, "the document is not text in UTF-8"),
    ([0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF], 3, "expected a value, found U+FEFF"),
]
