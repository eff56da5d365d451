import Testing

@testable import HTTPClient

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("", ""), ("aZ09-._~", "aZ09-._~"), ("+12025551234", "%2B12025551234"),
        ("a b/c?d#e%f", "a%20b%2Fc%3Fd%23e%25f"),
        ("\u{0}\n\u{7F}", "%00%0A%7F"), ("ä€😀", "%C3%A4%E2%82%AC%F0%9F%98%80"), ("..", ".."),
    ])
    func encode(text: String, encoded: String) { #expect(PercentEncoding.encode(text) == encoded) }
}
