import Chrono
import Crypto
import HTTPClient
import JSON
import Lines
import Linq
import Synchronization
import Testing

@testable import Hooks

/// One line's forwarding at a Linq that is no more than this, and a hook in front of it.
final class ForwardingBench: Sendable {
    static let ours = "+12025559999"
    static let id = "5f2b"

    private let current: Mutex<String?>
    let notebook = Notebook()
    let listed: [String]
    /// What is remembered when a request to change something arrives.
    private let seen = Mutex<[String: String]?>(nil)

    init(_ current: String?, kept: KeptForwarding? = nil, listed: [String] = ["+12025551234"]) {
        self.current = Mutex(current)
        self.listed = listed
        notebook.entries["+12025551234"] = kept?.text
    }

    var forwarding: String? { current.withLock { $0 } }
    var kept: KeptForwarding? { notebook.entries["+12025551234"].flatMap { KeptForwarding($0) } }
    var keptAtPut: KeptForwarding? { seen.withLock { $0?["+12025551234"].flatMap { KeptForwarding($0) } } }

    func answer(_ request: Peer.Request) -> Peer.Reply {
        func record(_ number: String) -> JSON {
            [
                "id": .string(Self.id), "phone_number": .string(number),
                "forwarding_number": forwarding.map(JSON.string) ?? .null,
            ]
        }
        if request.line.hasPrefix("GET ") {
            let answer = JSON.object([("phone_numbers", .array(listed.map(record)))])
            return .answer(response(200, answer.text()))
        }
        let number = (try? JSON.parse(request.body))?["forwarding_number"]?.string
        seen.withLock { $0 = notebook.entries }
        current.withLock { $0 = number?.isEmpty == true ? nil : number }
        return .answer(response(200, record("+12025551234").text()))
    }

    func hook(_ url: String, timeout: Span = .seconds(30), to number: String = ours) throws -> any Hook {
        let access = try PartnerAccess(version: .v3, baseURL: url, key: Secret("key-hunter2"))
        let context = HookContext(client: HTTPClient(), access: access) { [notebook] _ in notebook.memory }
        return LinqForwardingConfiguration(forwardTo: try line(number)).make(name: "a", timeout: timeout, context)
    }
}

@Suite(.timeLimit(.minutes(5))) struct LinqForwardingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let type: String
        let kept: KeptForwarding?
        let current: String?
        /// What is asked for: nil: nothing; empty: that calls go nowhere.
        let put: String?
        let forwarding: String?
        let keptAfter: KeptForwarding?
        let words: String

        var testDescription: String { "\(type), kept \(kept?.text ?? "nothing"), now \(current ?? "nowhere")" }
    }

    private static func pause(
        _ kept: KeptForwarding?,
        _ current: String?,
        put: String?,
        _ after: KeptForwarding?,
        _ words: String
    ) -> Case {
        let forwarding = put ?? current
        return Case(
            type: "line.paused",
            kept: kept,
            current: current,
            put: put,
            forwarding: forwarding,
            keptAfter: after,
            words: words
        )
    }

    private static func resume(
        _ kept: KeptForwarding?,
        _ current: String?,
        put: String?,
        _ words: String,
        type: String = "line.resumed"
    ) -> Case {
        let forwarding = put.map { $0.isEmpty ? nil : $0 } ?? current
        return Case(
            type: type,
            kept: kept,
            current: current,
            put: put,
            forwarding: forwarding,
            keptAfter: nil,
            words: words
        )
    }

    private static let ours = ForwardingBench.ours
    private static let (old, former, foreign) = ("+12025550001", "+12025550002", "+12025550003")
    private static let cleared = KeptForwarding(old: nil, ours: [ours])
    private static let kept = KeptForwarding(old: old, ours: [ours])
    /// From before `forward_to` was changed, and since.
    private static let keptFormer = KeptForwarding(old: old, ours: [former])
    private static let keptBoth = KeptForwarding(old: old, ours: [former, ours])

    private static let cases: [Case] = [
        pause(nil, nil, put: ours, cleared, "calls go to \(ours); before: nowhere"),
        pause(nil, old, put: ours, kept, "calls go to \(ours); before: to \(old)"),
        pause(nil, ours, put: nil, KeptForwarding(old: ours, ours: [ours]), "nothing to do: calls go to \(ours)"),
        // After a crash: before the change, and after it.
        pause(kept, old, put: ours, kept, "calls go to \(ours); before: to \(old)"),
        pause(cleared, nil, put: ours, cleared, "calls go to \(ours); before: nowhere"),
        pause(kept, ours, put: nil, kept, "nothing to do: calls go to \(ours)"),
        pause(
            kept,
            foreign,
            put: nil,
            kept,
            "left alone: somebody changed the forwarding meanwhile, calls go to \(foreign)"
        ),
        pause(kept, nil, put: nil, kept, "left alone: somebody changed the forwarding meanwhile, calls go nowhere"),
        // `forward_to` has become another one.
        pause(keptFormer, former, put: ours, keptBoth, "calls go to \(ours); before: to \(former)"),
        pause(keptFormer, old, put: ours, keptBoth, "calls go to \(ours); before: to \(old)"),
        pause(keptBoth, former, put: ours, keptBoth, "calls go to \(ours); before: to \(former)"),
        resume(nil, ours, put: nil, "nothing to do: calls were never forwarded"),
        resume(kept, ours, put: old, "calls go to \(old); before: to \(ours)"),
        resume(kept, ours, put: old, "calls go to \(old); before: to \(ours)", type: "line.slowed"),
        resume(cleared, ours, put: "", "calls go nowhere; before: to \(ours)"),
        resume(kept, old, put: nil, "nothing to do: calls go to \(old)"),
        resume(cleared, nil, put: nil, "nothing to do: calls go nowhere"),
        resume(
            kept,
            foreign,
            put: nil,
            "left alone: somebody changed the forwarding meanwhile, calls go to \(foreign)"
        ),
        resume(keptFormer, former, put: old, "calls go to \(old); before: to \(former)"),
        resume(keptBoth, former, put: old, "calls go to \(old); before: to \(former)"),
        // It was ours before linewarden came.
        resume(KeptForwarding(old: ours, ours: [ours]), ours, put: nil, "nothing to do: calls go to \(ours)"),
    ]

    @Test(arguments: cases) func whatIsDone(_ each: Case) async throws {
        let bench = ForwardingBench(each.current, kept: each.kept)
        let peer = try await Peer { bench.answer($0) }
        let hook = try bench.hook(peer.url)
        guard case .delivered(let answer) = await hook.deliver(attempt(type: each.type, line: try line())) else {
            Issue.record("not delivered")
            return
        }
        let puts = await peer.requests.filter { $0.line.hasPrefix("PUT ") }
        #expect(puts.map(\.path) == (each.put == nil ? [] : ["/v3/phone_numbers/\(ForwardingBench.id)"]))
        #expect(try puts.map { try JSON.parse($0.body)["forwarding_number"]?.string } == (each.put.map { [$0] } ?? []))
        #expect(bench.forwarding == each.forwarding && bench.kept == each.keptAfter)
        // What is needed to undo it was there before it was done, and until it is undone.
        if each.put != nil { #expect(bench.keptAtPut == each.keptAfter ?? each.kept) }
        #expect(answer.description == each.words)
        #expect((answer.detail != nil) == each.words.hasPrefix("left alone"))
        // The same message again changes nothing more.
        #expect(await hook.deliver(attempt(type: each.type, line: try line())).isDelivered)
        #expect(bench.forwarding == each.forwarding && bench.kept == each.keptAfter)
        #expect(await peer.requests.count { $0.line.hasPrefix("PUT ") } == puts.count)
    }

    @Test func aLineThatTheAccountDoesNotHave() async throws {
        let bench = ForwardingBench(nil, kept: Self.kept, listed: ["+12025550000"])
        let peer = try await Peer { bench.answer($0) }
        let hook = try bench.hook(peer.url)
        let paused = await hook.deliver(attempt(type: "line.paused", line: try line()))
        #expect(paused == .failed(Failure("unknown_line", "Linq lists no such line: +12025551234")))
        #expect(await hook.deliver(attempt(type: "line.resumed", line: try line())).isDelivered)
        #expect(bench.notebook.entries.isEmpty)
    }

    /// A key of another account sees no line: nothing is forgotten because of it.
    @Test(arguments: ["line.paused", "line.resumed"]) func anEmptyListIsNoNews(type: String) async throws {
        let bench = ForwardingBench(nil, kept: Self.kept, listed: [])
        let peer = try await Peer { bench.answer($0) }
        let outcome = await (try bench.hook(peer.url)).deliver(attempt(type: type, line: try line()))
        #expect(outcome == .retry(after: nil, Failure("no_lines", "Linq lists no line at all")))
        #expect(bench.kept == Self.kept)
    }

    @Test func whatCannotBeRememberedIsNotDone() async throws {
        let bench = ForwardingBench(nil)
        bench.notebook.fails = true
        let peer = try await Peer { bench.answer($0) }
        let outcome = await (try bench.hook(peer.url)).deliver(attempt(type: "line.paused", line: try line()))
        #expect(outcome.failure?.label == "memory" && bench.forwarding == nil)
        #expect(await peer.requests.count == 1)
    }

    /// Both requests together have the hook's time, and an attempt that is cut off has ended when `close` returns.
    @Test(arguments: [true, false]) func itEndsInTime(isClosed: Bool) async throws {
        let bench = ForwardingBench(nil)
        let arrived = AsyncStream<Void>.makeStream()
        let peer = try await Peer { request in
            if request.line.hasPrefix("GET ") { return bench.answer(request) }
            arrived.continuation.yield()
            return .hang
        }
        let hook = try bench.hook(peer.url, timeout: isClosed ? .minutes(5) : .seconds(5))
        async let outcome = hook.deliver(attempt(type: "line.paused", line: try line()))
        for await _ in arrived.stream { break }
        if isClosed { await hook.close() }
        let failure = try await outcome.failure
        #expect(failure?.label == (isClosed ? "cancelled" : "timeout"))
        #expect(failure?.mayHaveArrived == true && bench.kept == Self.cleared)
        if isClosed {
            let late = await hook.deliver(attempt(type: "line.paused", line: try line()))
            #expect(late.failure?.label == "cancelled")
        }
    }

    /// The change is asked for with a status, or met by it: what no list can be wrong about, a change can.
    @Test(arguments: [
        (400, "failed", "failed"), (401, "broken", "broken"), (403, "broken", "broken"), (404, "broken", "failed"),
        (409, "retry", "retry"), (422, "failed", "failed"), (429, "retry after 7 s", "retry after 7 s"),
        (500, "retry", "retry"), (503, "retry", "retry"),
    ]) func refusals(status: Int, listing: String, change: String) async throws {
        for method in ["GET ", "PUT "] {
            let bench = ForwardingBench(nil)
            let body = #"{"error": {"code": 1, "message": "no"}, "trace_id": "trace-9"}"#
            let peer = try await Peer { request in
                guard request.line.hasPrefix(method) else { return bench.answer(request) }
                return .answer(response(status, body, headers: status == 429 ? "Retry-After: 7\r\n" : ""))
            }
            let outcome = await (try bench.hook(peer.url)).deliver(attempt(type: "line.paused", line: try line()))
            let word =
                switch outcome {
                case .delivered: "delivered"
                case .retry(let after, _): after.map { "retry after \($0.phrase)" } ?? "retry"
                case .failed: "failed"
                case .broken: "broken"
                }
            #expect(word == (method == "GET " ? listing : change), "\(method)\(status)")
            #expect(outcome.failure?.label == "http_\(status)")
            let text = outcome.failure?.description ?? ""
            #expect(text.contains("trace-9") && !text.contains("hunter2"))
            #expect(outcome.failure?.mayHaveArrived == (method == "PUT " && status >= 500))
        }
    }

    @Test func whatIsNotForIt() async throws {
        let bench = ForwardingBench(nil)
        let hook = try bench.hook("http://127.0.0.1:1")
        #expect(await hook.deliver(attempt(type: "test")).failure?.label == "no_line")
        let context = HookContext(client: HTTPClient()) { _ in Notebook().memory }
        let idle = LinqForwardingConfiguration(forwardTo: try line()).make(name: "a", timeout: .seconds(1), context)
        guard case .broken(let failure) = await idle.deliver(attempt(type: "line.paused", line: try line())) else {
            Issue.record("not broken")
            return
        }
        #expect(failure.description.contains("section linq"))
    }
}
