import Testing

@testable import HTTPWire

@Suite("Query items and percent decoding (RFC 3986 section 2.1)")
struct QueryItemsTests {
    @Test(
        "queries",
        arguments: [
            ("/", []), ("/?", []), ("/?a=b", ["a=b"]), ("/?a=b&a=c", ["a=b", "a=c"]), ("/?a", ["a="]), ("/?a=", ["a="]),
            ("/?=b", ["=b"]), ("/?a=b=c", ["a=b=c"]), ("/?&&a=b&", ["a=b"]), ("/?a%3Db=%26", ["a=b=&"]),
            ("/?line=+12025551234", ["line=+12025551234"]), ("/?line=%2B1202", ["line=+1202"]),
            ("/?a=%FF", ["a=%FF"]),
        ] as [(String, [String])]
    )
    func queries(target: String, expected: [String]) {
        let items = HTTPRequest(method: "GET", target: target).queryItems()
        #expect(items.map { "\($0.name)=\($0.value)" } == expected)
    }

    @Test(
        "decoding",
        arguments: [
            ("", ""), ("a+b", "a+b"), ("%41%4a%4A", "AJJ"), ("%25", "%"), ("%2541", "%41"), ("caf%C3%A9", "caf\u{E9}"),
            ("%", nil), ("%4", nil), ("a%4g", nil), ("%C3", nil), ("%ED%A0%80", nil), ("%C0%AF", nil), ("%+1", nil),
        ] as [(String, String?)]
    )
    func decoding(text: String, expected: String?) {
        #expect(HTTPRequest.percentDecode(text) == expected)
    }
}
