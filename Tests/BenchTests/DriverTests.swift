import Chrono
import Crypto
import Linq
import Posix
import Testing

@testable import linewarden_bench

/// The instrument itself: what it says must be so.
@Suite struct DriverTests {
    private static let good = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"status\":\"stored\"}\n"

    private static func plan(
        rate: Double? = nil,
        milliseconds: UInt64 = 600_000,
        limit: Int,
        connections: Int = 1
    ) -> Driver.Plan {
        Driver.Plan(
            connections: connections,
            rate: rate,
            warmup: 0,
            duration: milliseconds * 1_000_000,
            limit: limit,
            repeats: true,
            expected: Array(#""stored""#.utf8)
        )
    }

    private static func run(
        _ plan: Driver.Plan,
        _ behaviour: @escaping (Int) -> FakeServer.Behaviour
    ) async throws -> (Driver, FakeServer) {
        let epoll = Epoll()
        let server = try FakeServer(epoll, behaviour)
        let recipe = try recipe(.hmac, server.target)
        let driver = try Driver(server.target, await Requests(recipe, count: 10), plan, epoll)
        try driver.run(opening: {}, closing: {}, foreign: server.ready)
        return (driver, server)
    }

    static func recipe(_ form: Requests.Form, _ target: Target) throws -> Requests.Recipe {
        Requests.Recipe(
            form: form,
            host: target.authority,
            path: target.path,
            secret: try #require(SigningSecret(Secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"))),
            lines: 3,
            firstLine: 0,
            status: "ACTIVE",
            start: Clock.system.now(),
            spacing: .milliseconds(1)
        )
    }

    @Test("In the open loop an answer's time counts from when its request was due")
    func countsFromTheIntendedStart() async throws {
        var stalledSince: UInt64 = 0
        let (driver, _) = try await Self.run(Self.plan(rate: 1_000, milliseconds: 800, limit: 800)) { request in
            guard request == 200 else { return .answer(Self.good) }
            if stalledSince == 0 { stalledSince = steadyNanoseconds() }
            return steadyNanoseconds() - stalledSince < 300_000_000 ? .wait : .answer(Self.good)
        }
        #expect(driver.records.count == 800)
        let records = (0..<driver.records.count).map { driver.records[$0] }
        // About 200 requests were due 100 ms or more before the stall ended; only one of them could be sent meanwhile.
        let late = records.count { $0.latency > 100_000_000 }
        #expect(late > 150)
        #expect(records.count { $0.answered - $0.sent > 100_000_000 } * 10 < late)
        #expect(Outcome(driver).latencies.value(99) > 200)
        #expect(Outcome(driver).errors.isEmpty)
    }

    @Test("In the closed loop every request has one answer")
    func countsAnswers() async throws {
        let (driver, server) = try await Self.run(Self.plan(limit: 1_000, connections: 8)) { _ in .answer(Self.good) }
        #expect(server.requests == 1_000)
        #expect(driver.records.count == 1_000)
        #expect(Outcome(driver).errors.isEmpty)
        #expect(driver.reconnects == 0)
    }

    @Test("Whatever is not 2xx with the right body is an error, and no answer")
    func countsErrors() async throws {
        let answers = [
            Self.good, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{\"status\":\"duplicate\"}",
        ]
        let (driver, _) = try await Self.run(Self.plan(limit: 300)) { .answer(answers[$0 % 3]) }
        let outcome = Outcome(driver)
        #expect(outcome.errors == ["503": 100, "another body": 100])
        #expect(outcome.latencies.count == 100)
    }

    @Test("An answer that breaks off is an error; one that ends the connection is none")
    func countsBrokenAnswers() async throws {
        let short = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"status\""
        let last = Self.good.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n")
        let (driver, _) = try await Self.run(Self.plan(limit: 100)) {
            $0 % 10 == 5 ? .hangUp(short) : $0 % 10 == 7 ? .hangUp(last) : .answer(Self.good)
        }
        #expect(Outcome(driver).errors == ["no answer": 10])
        #expect(driver.reconnects == 20)
    }
}
