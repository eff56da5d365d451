import Chrono
import HTTPWire
import Posix
import Testing

@testable import HTTPServer

/// The state machine alone: bytes, answers and time in, steps out.
@Suite struct ConnectionStateTests {
    static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private let start = Steady(nanoseconds: 1_000_000_000)

    /// A connection and its clock.
    struct Bench {
        var state: ConnectionState
        var now: Steady
        var isStopping = false

        /// What a step was, without what it carries.
        enum Step: Equatable { case wait, flush, close, refuse(String), handle(String) }

        mutating func receive(_ text: String) { Array(text.utf8).withUnsafeBytes { state.receive($0) } }

        mutating func next() -> Step {
            switch state.next(now: now, date: "D", phase: isStopping ? .stopping : .serving) {
            case .wait: .wait
            case .flush: .flush
            case .close: .close
            case .refuse(let code): .refuse(code)
            case .handle(let request): .handle(request.target)
            }
        }

        mutating func answer(_ text: String = "ok") { state.answer(.text(.ok, text), date: "D", now: now) }

        /// Writes the output away; gives it, and whether only the writing side is to be closed.
        mutating func flush() -> (text: String, finishesWriting: Bool) {
            let text = String(decoding: state.output, as: UTF8.self)
            state.output = []
            return (text, state.flushed(now: now))
        }

        mutating func expire() -> String? { state.expire(now: now, date: "D") }

        mutating func pass(_ span: Chrono.Span) { now = now + span }
    }

    func bench(_ limits: ServerLimits = ServerLimits(), shakesHands: Bool = false) -> Bench {
        Bench(state: ConnectionState(limits: limits, now: start, shakesHands: shakesHands), now: start)
    }

    @Test("Requests follow one another")
    func keepAlive() {
        var bench = bench()
        #expect(bench.next() == .wait)
        for number in 1...3 {
            bench.receive(Self.get)
            #expect(bench.next() == .handle("/a"))
            #expect(bench.next() == .wait)
            #expect(bench.state.exchange == number)
            bench.answer()
            #expect(bench.next() == .flush)
            let (text, finishes) = bench.flush()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(!text.contains("Connection"))
            #expect(!finishes)
            #expect(bench.next() == .wait)
            #expect(bench.state.isIdle)
        }
    }

    @Test(
        "The connection closes where the client or its version says so",
        arguments: [
            "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET /a HTTP/1.0\r\n\r\n",
        ]
    )
    func closes(request: String) {
        var bench = bench()
        bench.receive(request)
        #expect(bench.next() == .handle("/a"))
        bench.answer()
        #expect(bench.next() == .flush)
        let (text, finishes) = bench.flush()
        #expect(text.contains("\r\nConnection: close\r\n"))
        #expect(!finishes)
        #expect(bench.next() == .close)
        #expect(!bench.state.wantsBytes)
    }

    @Test("After so many requests it is enough")
    func requestLimit() {
        var limits = ServerLimits()
        limits.requestsPerConnection = 2
        var bench = bench(limits)
        for (number, expected) in [(1, false), (2, true)] {
            bench.receive(Self.get)
            #expect(bench.next() == .handle("/a"))
            bench.answer()
            #expect(bench.next() == .flush)
            #expect(bench.flush().text.contains("Connection: close") == expected, "request \(number)")
        }
        #expect(bench.next() == .close)
    }

    @Test("Pipelined requests are answered one after the other, in order")
    func pipelining() {
        var bench = bench()
        bench.receive((1...3).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
        for number in 1...3 {
            #expect(bench.next() == .handle("/\(number)"))
            #expect(bench.next() == .wait)
            bench.answer("\(number)")
            #expect(bench.next() == .flush)
            #expect(bench.flush().text.hasSuffix("\r\n\r\n\(number)"))
        }
        #expect(bench.next() == .wait)
    }

    @Test("While a request is handled only so much of the next ones is taken")
    func pipelineLimit() {
        var bench = bench()
        bench.receive(Self.get)
        #expect(bench.next() == .handle("/a"))
        #expect(bench.state.wantsBytes)
        bench.receive(String(repeating: "x", count: 65_535))
        #expect(bench.state.wantsBytes)
        bench.receive("x")
        #expect(!bench.state.wantsBytes)
    }

    @Test("A HEAD request is answered without a body, and the next one with one")
    func head() {
        var bench = bench()
        bench.receive("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + Self.get)
        for suffix in ["Content-Length: 2\r\n\r\n", "\r\n\r\nok"] {
            #expect(bench.next() == .handle("/a"))
            bench.answer()
            #expect(bench.next() == .flush)
            #expect(bench.flush().text.hasSuffix(suffix))
        }
    }

    @Test(
        "What is refused is told, and drained until the peer closes",
        arguments: [
            ("GET /a HTTP/1.1\r\n\r\n", 400, "bad_request"),
            ("GET /a HTTP/3.0\r\nHost: h\r\n\r\n", 505, "version_not_supported"),
            ("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n", 413, "body_too_large"),
            ("GET /\(String(repeating: "x", count: 9_000)) HTTP/1.1\r\n", 414, "uri_too_long"),
            ("GET /a HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "x", count: 40_000))", 431, "headers_too_large"),
        ]
    )
    func refuses(request: String, status: Int, code: String) {
        var bench = bench()
        bench.receive(request)
        #expect(bench.next() == .refuse(code))
        #expect(bench.next() == .flush)
        let (text, finishes) = bench.flush()
        #expect(text.hasPrefix("HTTP/1.1 \(status) "))
        #expect(text.contains("\r\nConnection: close\r\n"))
        #expect(text.contains(#"{"error":"\#(code)""#))
        #expect(finishes)
        #expect(bench.state.stage == .draining)
        #expect(bench.state.wantsBytes)
        // A second request on it is thrown away.
        bench.receive(Self.get)
        #expect(bench.next() == .wait)
        #expect(bench.state.deadline == start + .seconds(2))
        bench.state.peerClosed()
        #expect(bench.next() == .close)
    }

    @Test("A refused peer that goes on sending is let go after two seconds")
    func drainEnds() {
        var bench = bench()
        bench.receive("nonsense\r\n\r\n")
        #expect(bench.next() == .refuse("bad_request"))
        #expect(bench.next() == .flush)
        #expect(bench.flush().finishesWriting)
        bench.pass(.seconds(2))
        #expect(bench.expire() == "drain")
        #expect(bench.next() == .close)
    }

    @Test("One that has closed before it is refused is not drained")
    func refusedAfterClosing() {
        var bench = bench()
        bench.receive("nonsense\r\n\r\n")
        bench.state.peerClosed()
        #expect(bench.next() == .refuse("bad_request"))
        #expect(bench.next() == .flush)
        #expect(!bench.flush().finishesWriting)
        #expect(bench.next() == .close)
    }

    @Test("100 Continue is said once, before the body")
    func expectsContinue() {
        var bench = bench()
        bench.receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(bench.next() == .flush)
        #expect(bench.flush() == ("HTTP/1.1 100 Continue\r\n\r\n", false))
        #expect(bench.next() == .wait)
        bench.receive("hi")
        #expect(bench.next() == .handle("/a"))
    }

    @Test("An answer to an earlier request, or a second one, is ignored")
    func lateAnswers() {
        var bench = bench()
        bench.answer("too early")
        #expect(bench.state.output.isEmpty)
        bench.receive(Self.get)
        #expect(bench.next() == .handle("/a"))
        bench.answer("first")
        bench.answer("second")
        #expect(bench.next() == .flush)
        #expect(bench.flush().text.hasSuffix("first"))
        bench.answer("third")
        #expect(bench.state.output.isEmpty)
        #expect(bench.next() == .wait)
    }

    @Test("A peer that closes its side gets the answer to what it asked, and is closed then")
    func halfClose() {
        var bench = bench()
        bench.receive(Self.get)
        #expect(bench.next() == .handle("/a"))
        bench.state.peerClosed()
        #expect(!bench.state.wantsBytes)
        #expect(bench.next() == .wait)
        bench.answer()
        #expect(bench.next() == .flush)
        #expect(bench.flush().text.hasSuffix("ok"))
        #expect(bench.next() == .close)
    }

    @Test("A peer that closes between or within requests is closed", arguments: ["", "GET /a HT", "\r\n"])
    func closesEarly(text: String) {
        var bench = bench()
        bench.receive(text)
        bench.state.peerClosed()
        #expect(bench.next() == .close)
    }

    @Test(
        "Every phase has its time, which trickling bytes do not extend",
        arguments: [
            ("", "idle", 75, nil),
            ("GET /a HT", "header", 10, 408),
            ("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab", "body", 5, 408),
            (get, "handler", 9, 503),
        ] as [(String, String, Int, Int?)]
    )
    func timeouts(text: String, name: String, seconds: Int, status: Int?) {
        var bench = bench()
        #expect(bench.next() == .wait)
        bench.receive(text)
        _ = bench.next()
        #expect(bench.state.deadline == start + .seconds(seconds))
        if name == "header" || name == "body" {
            bench.pass(.seconds(seconds - 1))
            bench.receive("T")
            #expect(bench.next() == .wait)
            #expect(bench.state.deadline == start + .seconds(seconds))
        }
        bench.now = start + .seconds(seconds)
        #expect(bench.expire() == name)
        guard let status else {
            #expect(bench.next() == .close)
            return
        }
        #expect(bench.next() == .flush)
        let (answer, finishes) = bench.flush()
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.contains("\r\nRetry-After: 5\r\n") == (status == 503))
        #expect(finishes == (status == 408))
        // What the handler says now is too late.
        bench.answer("late")
        #expect(bench.state.output.isEmpty)
    }

    @Test(
        "A body has time as long as it comes at some speed, but not for ever",
        arguments: [
            // Bytes a second, and after how many seconds it is over.
            (0, 5), (511, 5), (512, 30), (8_000, 30),
        ]
    )
    func bodySpeed(bytesPerSecond: Int, seconds: Int) {
        var bench = bench()
        bench.receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 262144\r\n\r\n")
        #expect(bench.next() == .wait)
        for now in stride(from: 5, through: seconds, by: 5) {
            #expect(bench.state.deadline == start + .seconds(now))
            bench.receive(String(repeating: "x", count: bytesPerSecond * 5))
            #expect(bench.next() == .wait)
            bench.now = start + .seconds(now)
            #expect(bench.expire() == (now == seconds ? "body" : nil))
        }
        #expect(bench.next() == .flush)
        #expect(bench.flush().text.hasPrefix("HTTP/1.1 408 "))
    }

    @Test("An answer that is not taken in time is given up")
    func writeTimeout() {
        var bench = bench()
        bench.receive(Self.get)
        #expect(bench.next() == .handle("/a"))
        bench.pass(.seconds(3))
        bench.answer()
        #expect(bench.state.deadline == start + .seconds(33))
        #expect(bench.expire() == "write")
        #expect(bench.next() == .close)
    }

    @Test("A handshake has its time, and what comes after it the time of an idle connection")
    func handshake() {
        var first = bench(shakesHands: true)
        #expect(first.next() == .wait)
        #expect(first.state.wantsBytes)
        // A server that stops does not wait for it.
        #expect(first.state.isIdle)
        #expect(first.state.deadline == start + .seconds(10))
        first.pass(.seconds(10))
        #expect(first.expire() == "handshake")
        #expect(first.next() == .close)
        var second = bench(shakesHands: true)
        second.pass(.seconds(1))
        second.state.handshakeFinished(now: second.now)
        #expect(second.state.deadline == start + .seconds(76))
        second.receive(Self.get)
        #expect(second.next() == .handle("/a"))
        second.state.handshakeFinished(now: second.now)
        #expect(second.state.stage == .handling)
    }

    @Test("A server that stops closes what is idle, finishes what is under way, and tells what comes now")
    func stopping() {
        var idle = bench()
        idle.isStopping = true
        #expect(idle.next() == .close)

        var underWay = bench()
        underWay.receive(Self.get + Self.get)
        #expect(underWay.next() == .handle("/a"))
        underWay.isStopping = true
        underWay.answer()
        #expect(underWay.next() == .flush)
        #expect(underWay.flush().text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(underWay.next() == .flush)
        let (text, _) = underWay.flush()
        #expect(text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(text.contains("\r\nConnection: close\r\n"))
        #expect(text.contains(#"{"error":"stopping""#))
        #expect(underWay.next() == .close)

        var unfinished = bench()
        unfinished.receive("GET /a HT")
        unfinished.isStopping = true
        #expect(unfinished.next() == .wait)
    }
}
