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

    @Test("sections are joined, whether they were parsed or built")
    func joins() {
        let parsed = request("GET / HTTP/1.0\r\nA:1\r\nB:  2 \r\n\r\n")?.headers ?? [:]
        for first in [parsed, ["A": "1", "B": "2"], ["A": "1", "B": "2", "Bad name": "x\r\ny"]] {
            for second in [parsed, ["C": "3"], [:], ["Date": "today"]] as [HTTPHeaders] {
                var joined = first
                joined.append(contentsOf: second)
                #expect(joined.map(\.name) == first.map(\.name) + second.map(\.name))
                #expect(joined.map(\.value) == first.map(\.value) + second.map(\.value))
            }
        }
    }

    @Test("only fields that may be sent as they are, in every answer, are taken for lines")
    func lines() {
        #expect(HTTPHeaders([("A", "1"), ("B", "caf\u{E9}\t")]).areLines)
        for (name, value) in [
            ("", "1"), ("A B", "1"), ("A", "1\r\n"), ("A", "\0"), ("content-LENGTH", "1"), ("date", "1"),
            ("Connection", "close"), ("Transfer-Encoding", "chunked"),
        ] {
            #expect(!HTTPHeaders([("X", "1"), (name, value), ("Y", "2")]).areLines)
        }
    }
}
