import Testing

@testable import Hooks

@Suite struct ClippedTextTests {
    @Test(arguments: [
        ("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("abcdefgh", 3, "ab…"), ("abc", 1, "…"),
        // Two code units each: half of one is nothing.
        ("😀😀", 4, "😀😀"), ("😀😀", 3, "😀…"), ("😀😀😀", 4, "😀…"), ("a😀b", 3, "a…"),
        // One character for people, but seven scalars.
        ("👨‍👩‍👧‍👦", 4, "👨‍…"), ("e\u{301}\u{301}\u{301}", 3, "e\u{301}…"), ("a\r\nb", 3, "a\r…"),
    ])
    func clips(text: String, limit: Int, clipped: String) {
        let result = text.clipped(to: limit)
        #expect(Array(result.utf8) == Array(clipped.utf8))
        #expect(result.utf16.count <= limit)
    }

    @Test(arguments: [("<<", 8, "&lt;&lt;"), ("<<", 7, "&lt;…"), ("a<b", 4, "a…"), ("<", 3, "…")])
    func formsStayWhole(text: String, limit: Int, clipped: String) {
        #expect(text.clipped(to: limit) { $0 == "<" ? "&lt;" : String($0) } == clipped)
    }

    @Test func enormousTexts() {
        let scalars = "a" + String(repeating: "\u{301}", count: 1_000_000)
        #expect(scalars.count == 1)
        #expect(scalars.clipped(to: 150).utf16.count == 150)
    }
}
