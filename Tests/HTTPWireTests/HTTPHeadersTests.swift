import Testing

@testable import HTTPWire

@Suite("HTTPHeaders")
struct HTTPHeadersTests {
    let headers = HTTPHeaders([("Accept", "a"), ("X-One", "1"), ("accept", "b"), ("Empty", "")])

    @Test("names are found in any case, values in order")
    func lookup() {
        #expect(headers.first("ACCEPT") == "a")
        #expect(headers.all("accept") == ["a", "b"])
        #expect(headers.first("empty") == "")
        #expect(headers.first("X") == nil)
        #expect(headers.all("X-Two") == [])
        #expect(headers.contains("x-one"))
        #expect(!headers.contains("x-on"))
        #expect(!headers.contains(""))
    }

    @Test("@ and ` differ although their bits differ like those of letters")
    func caseIsOnlyForLetters() {
        #expect(HTTPHeaders([("a[", "1")]).first("A{") == nil)
        #expect(HTTPHeaders([("@", "1")]).first("`") == nil)
    }

    @Test("iteration keeps order and spelling")
    func iteration() {
        #expect(headers.map(\.name) == ["Accept", "X-One", "accept", "Empty"])
        #expect(headers.map(\.value) == ["a", "1", "b", ""])
        #expect(headers[1].name == "X-One")
    }

    @Test("parsed and built headers are equal, the case of names aside")
    func equality() {
        let parsed = request("GET / HTTP/1.0\r\nACCEPT:a\r\nx-one:  1 \r\nAccept: b\r\nEmpty:\r\n\r\n")?.headers
        #expect(parsed == headers)
        #expect(headers != HTTPHeaders([("Accept", "a")]))
        #expect(HTTPHeaders([("a", "B")]) != HTTPHeaders([("a", "b")]))
        #expect(["A": "b", "A": "c"] as HTTPHeaders == HTTPHeaders([("a", "b"), ("a", "c")]))
    }
}
