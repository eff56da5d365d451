import Chrono
import HTTPWire
import Testing

@testable import HTTPServer

extension ConnectionStateTests {
    @Test("An endless answer goes on until one side closes, and reads nothing more")
    func endless() {
        var bench = bench()
        bench.receive(Self.get + Self.get)
        #expect(bench.next() == .handle("/a"))
        bench.state.open(.text(.ok, "first "), date: "D", now: bench.now)
        #expect(bench.next() == .flush)
        let head = bench.flush().text
        #expect(head.hasSuffix("\r\n\r\nfirst ") && head.contains("Connection: close"))
        #expect(!head.contains("Content-Length"))
        #expect(bench.next() == .wait && bench.state.isIdle && bench.state.wantsBytes)
        bench.pass(.days(30))
        #expect(bench.state.deadline > bench.now)
        bench.state.push(Array("second".utf8), now: bench.now)
        #expect(bench.next() == .flush && bench.flush().text == "second" && bench.next() == .wait)
        bench.receive("whatever")
        #expect(bench.next() == .wait)
        bench.state.peerClosed()
        #expect(bench.next() == .close)
    }

    @Test("Who does not read an endless answer is cut off: by time and by size", arguments: [true, false])
    func slowReader(bySize: Bool) {
        var bench = bench()
        bench.receive(Self.get)
        #expect(bench.next() == .handle("/a"))
        bench.state.open(.text(.ok, ""), date: "D", now: bench.now)
        _ = bench.flush()
        bench.state.push([1], now: bench.now)
        if bySize {
            for _ in 0..<300 where bench.next() == .flush {
                bench.state.push([UInt8](repeating: 1, count: 1_000), now: bench.now)
            }
            #expect(bench.state.output.count < 300_000)
        } else {
            bench.pass(.seconds(20))
            // More to write buys no time.
            bench.state.push([2], now: bench.now)
            bench.pass(.seconds(11))
            #expect(bench.state.deadline <= bench.now && bench.expire() == "write")
        }
        #expect(bench.next() == .close)
    }

    @Test("What asks with HEAD gets no endless answer")
    func endlessHead() {
        var bench = bench()
        bench.receive("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(bench.next() == .handle("/a"))
        bench.state.open(.text(.ok, "x"), date: "D", now: bench.now)
        #expect(bench.flush().text.contains("Content-Length: 1\r\n") && bench.next() == .wait)
        #expect(!bench.state.wantsBytes || bench.state.stage == .reading)
    }
}
