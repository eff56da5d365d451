import Chrono
import HTTPClient
import HTTPServer
import JSON
import Posix
import Testing

@testable import Daemon

/// Through a real daemon, as operators ask it.
@Suite(.timeLimit(.minutes(5))) struct AdminHandlerTests {
    @Test("Every path answers what it is for, and says what it is not for")
    func routing() async throws {
        let bench = try Bench()
        let daemon = try await bench.start()
        let paths: [(method: String, target: String, status: Int, error: String?)] = [
            ("GET", "/healthz", 200, nil), ("HEAD", "/healthz", 200, nil),
            ("POST", "/healthz", 405, "method_not_allowed"),
            ("GET", "/readyz", 200, nil), ("DELETE", "/readyz", 405, "method_not_allowed"),
            ("GET", "/metrics", 200, nil), ("HEAD", "/metrics", 200, nil),
            ("POST", "/metrics", 405, "method_not_allowed"),
            ("GET", "/v1/status", 200, nil), ("GET", "/v1/lines", 200, nil),
            ("GET", "/v1/lines?decision=paused&decision=slowed&limit=1&after=%2B1", 200, nil),
            ("GET", "/v1/lines?decision=maybe", 400, "bad_query"), ("GET", "/v1/lines?limit=0", 400, "bad_query"),
            ("GET", "/v1/lines?limit=1001", 400, "bad_query"), ("GET", "/v1/lines?limit=x", 400, "bad_query"),
            ("GET", "/v1/lines?colour=blue", 400, "bad_query"),
            ("GET", "/v1/lines/+12025550000", 404, "unknown_line"),
            ("GET", "/v1/lines/12025550000", 400, "not_a_number"),
            ("GET", "/v1/lines/%2B12025550000", 404, "unknown_line"), ("GET", "/v1/lines/%zz", 400, nil),
            ("GET", "/v1/gate/+12025550000", 200, nil), ("GET", "/v1/gate/%2B12025550000", 200, nil),
            ("HEAD", "/v1/gate/+12025550000", 200, nil), ("GET", "/v1/gate/nobody", 400, "not_a_number"),
            ("POST", "/v1/gate/+12025550000", 405, "method_not_allowed"), ("GET", "/v1/gate", 404, "not_found"),
            ("GET", "/v1/gate/+12025550000/more", 404, "not_found"), ("GET", "/v1/reload", 405, "method_not_allowed"),
            ("GET", "/", 200, nil), ("HEAD", "/", 200, nil), ("POST", "/", 405, "method_not_allowed"),
            ("GET", "/page.js", 404, "not_found"), ("GET", "/v2/lines", 404, "not_found"),
        ]
        for (method, target, status, error) in paths {
            let response = try await bench.ask(daemon, target, method: method)
            #expect(response.status == status, "\(method) \(target)")
            if method == "HEAD" { #expect(response.body.isEmpty) }
            if let error {
                #expect(response.json?["error"]?.string == error, "\(method) \(target)")
                #expect(response.json?["detail"]?.string?.isEmpty == false)
            }
            if status == 405 {
                let allow = response.header("Allow")
                #expect(allow == (target == "/v1/reload" ? "POST" : "GET, HEAD"), "\(method) \(target)")
            }
        }
        await daemon.stop()
    }

    @Test("A line's gate is the same however its path is written, open and closed")
    func gatePaths() async throws {
        let bench = try Bench()
        let daemon = try await bench.start()
        _ = try await bench.deliver(daemon, "e1", status: "FLAGGED", changedAt: Clock.system.now() - .seconds(10))
        for (number, status) in [("12025551234", 423), ("12025550000", 200)] {
            var answers: Set<[String]> = []
            for target in [
                "/v1/gate/+\(number)", "/v1/gate/%2B\(number)", "//v1//gate/+\(number)/", "/v1/gate/%2b\(number)?x",
            ] {
                let response = try await bench.ask(daemon, target)
                #expect(response.status == status)
                let body = try #require(response.json?.members)
                answers.insert(
                    body.filter { $0.key != "as_of" }.map { "\($0.key) \($0.value.text())" }
                        + SafeHeaders.fields.map { "\($0.0): \(response.header($0.0) ?? "")" }
                        + ["\(response.header("Content-Type") ?? "")"]
                )
            }
            #expect(answers.count == 1)
            #expect(answers.first?.first == "phone_number \"+\(number)\"")
        }
        await daemon.stop()
    }

    @Test("Answers are safe to be shown in a browser", arguments: ["/healthz", "/metrics", "/nowhere", "/v1/lines?x"])
    func safe(target: String) async throws {
        let bench = try Bench()
        let daemon = try await bench.start()
        let response = try await bench.ask(daemon, target)
        for (name, value) in SafeHeaders.fields { #expect(response.header(name) == value) }
        await daemon.stop()
    }

    @Test("With a token nothing but health is told without it; the page, which holds no data, asks for it")
    func token() async throws {
        let bench = try Bench()
        try bench.write([("admin", ["listen": ["127.0.0.1:0"], "token": ["env": "ADMIN"]])])
        let daemon = try await bench.start()
        for target in ["/healthz", "/readyz", "/"] { #expect(try await bench.ask(daemon, target).status == 200) }
        for target in ["/metrics", "/v1/lines", "/v1/gate/+12025550000", "/nowhere"] {
            for given in [nil, "Bearer", "Bearer open", "Basic open sesame", "Bearer open sesame ever", "open sesame"] {
                let headers = given.map { [(name: "Authorization", value: $0)] } ?? []
                let response = try await bench.ask(daemon, target, headers: headers)
                #expect(response.status == 401, "\(target) \(given ?? "")")
                #expect(response.header("WWW-Authenticate") == "Bearer")
            }
        }
        for given in ["Bearer open sesame", "bearer open sesame"] {
            #expect(try await bench.ask(daemon, "/v1/lines", headers: [("Authorization", given)]).status == 200)
        }
        await daemon.stop()
    }

    @Test("A line is told with its evidence, its incident and its deliveries")
    func line() async throws {
        let bench = try Bench()
        let daemon = try await bench.start()
        let changedAt = Clock.system.now() - .seconds(10)
        _ = try await bench.deliver(daemon, "e1", status: "FLAGGED", changedAt: changedAt)
        let body = try #require(try await bench.ask(daemon, "/v1/lines/+12025551234").json)
        #expect(body["line"]?["decision"]?.string == "paused")
        #expect(body["line"]?["status"]?["value"]?.string == "FLAGGED")
        #expect(body["line"]?["status"]?["source"]?.string == "webhook")
        #expect(body["line"]?["reputation"]?.isNull == true)
        #expect(body["incident"]?["severity"]?.string == "critical")
        #expect(body["incident"]?["id"]?.string == body["line"]?["incident"]?.string)
        #expect(body["evidence"]?.array?.map { $0["event_id"]?.string } == ["e1"])
        #expect(body["deliveries"]?.array?.map { $0["type"]?.string } == ["line.paused"])
        let gate = try #require(try await bench.ask(daemon, "/v1/gate/+12025551234").json)
        #expect(gate["incident"]?.string == body["line"]?["incident"]?.string)
        #expect(gate["since"]?.string == body["line"]?["since"]?.string)
        let page = try #require(try await bench.ask(daemon, "/v1/lines?limit=1").json)
        #expect(page["lines"]?.array?.count == 1)
        #expect(page["next_after"]?.string == "+12025551234")
        let status = try #require(try await bench.ask(daemon, "/v1/status").json)
        #expect(status["lines"]?["paused"]?.integer == 1)
        #expect(status["ready"]?.bool == true)
        #expect(status["version"]?.string == Version.current)
        let metrics = try await bench.ask(daemon, "/metrics")
        #expect(metrics.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
        #expect(metrics.text.contains("\nlinewarden_lines{decision=\"paused\"} 1\n"))
        #expect(metrics.text.contains("\nlinewarden_requests_total{outcome=\"stored\"} 1\n"))
        await daemon.stop()
    }
}
