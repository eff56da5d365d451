import Testing

@testable import HTTPClient

@Suite("ResponseCollector")
struct ResponseCollectorTests {
    @Test("only fields of the last response are kept")
    func fields() {
        var collector = ResponseCollector(bodyLimit: 10)
        for line in [
            "HTTP/1.1 100 Continue", "A: 1", "", "HTTP/2 200 ", "b:\t two words \t", "C:", "no colon", "", "D: 4",
        ] {
            let goesOn = collector.takeHeader(line)
            #expect(goesOn)
        }
        #expect(collector.headers.map(\.name) == ["b", "C"])
        #expect(collector.headers.map(\.value) == ["two words", ""])
    }

    @Test("the body is kept up to the limit, however it is cut into pieces", arguments: 1...12)
    func body(piece: Int) {
        var collector = ResponseCollector(bodyLimit: 10)
        let whole = Array("0123456789ab".utf8)
        var taken = 0
        while taken < whole.count {
            let next = min(taken + piece, whole.count)
            let goesOn = whole[taken..<next].withUnsafeBytes { collector.takeBody($0) }
            #expect(goesOn == (next <= 10))
            if !goesOn { break }
            taken = next
        }
        #expect(collector.isTruncated)
        #expect(collector.body == Array("0123456789".utf8))
    }

    @Test("a limit of nothing takes an empty body", arguments: [0, -5])
    func nothing(limit: Int) {
        var collector = ResponseCollector(bodyLimit: limit)
        let takesNothing = collector.takeBody(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(takesNothing)
        #expect(!collector.isTruncated)
        let takesOne = [UInt8](repeating: 0, count: 1).withUnsafeBytes { collector.takeBody($0) }
        #expect(!takesOne)
    }

    @Test("headers have a limit too, over all responses")
    func oversized() {
        var collector = ResponseCollector(bodyLimit: 10)
        let line = "X: " + String(repeating: "x", count: 1_019)
        var lines = 0
        while collector.takeHeader(line) { lines += 1 }
        #expect(lines == 64)
        #expect(collector.isOversized)
    }
}

extension ResponseCollector {
    fileprivate mutating func takeHeader(_ line: String) -> Bool {
        Array("\(line)\r\n".utf8).withUnsafeBytes { takeHeaderLine($0) }
    }
}
