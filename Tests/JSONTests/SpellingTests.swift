import Testing

@testable import JSON

@Suite struct SpellingTests {
    @Test(arguments: [
        ("listne", "listen"), ("Listen", "listen"), ("listens", "listen"), ("endpoint", "endpoints"),
        ("routing-key", "routing_key"), ("reconcile_interval", "reconcile_every"), ("no", nil), ("x", nil),
        ("timeout", nil), ("", nil), (String(repeating: "l", count: 1000), nil),
    ])
    func nearest(word: String, expected: String?) {
        let candidates = ["listen", "endpoints", "routing_key", "reconcile_every", "on"]
        #expect(Spelling.nearest(to: word, in: candidates) == expected)
    }

    @Test func theNearestWinsAndThenTheFirst() {
        #expect(Spelling.nearest(to: "page", in: ["pause", "pages", "paged"]) == "pages")
        #expect(Spelling.nearest(to: "page", in: []) == nil)
    }

    @Test(arguments: [
        ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("same", "same", 0),
    ])
    func distance(left: String, right: String, expected: Int) {
        #expect(Spelling.distance(Array(left.unicodeScalars), Array(right.unicodeScalars)) == expected)
    }
}
