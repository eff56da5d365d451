import Chrono
import HTTPClient
import JSON
import Posix
import Testing

@testable import Linq

/// When a call is tried again, after how long, and when no more.
@Suite struct PartnerRetryTests {
    private static let lines = #"{"phone_numbers": []}"#

    @Test("429 waits as long as Linq says, from the body, the header in seconds, or the header's date")
    func saidWaits() async throws {
        let wire = Wire(
            .status(429, #"{"error": {"retry_after": 7}}"#, headers: [("Retry-After", "3")]),
            .status(429, "", headers: [("retry-after", "3")]),
            .status(429, "", headers: [("Retry-After", "Sun, 06 Nov 1994 08:49:57 GMT")]),
            .ok(Self.lines)
        )
        // The fake clock starts at 08:49:37; ten seconds have passed when the date is read.
        #expect(try await wire.api().lines().isEmpty)
        #expect(wire.waits == [.seconds(7), .seconds(3), .seconds(10)])
        #expect(wire.exchanges.map(\.retryIn) == [.seconds(7), .seconds(3), .seconds(10), nil])
    }

    @Test("5xx and failures of the network wait longer each time")
    func growingWaits() async throws {
        let wire = Wire(
            .status(500),
            .failure(.refused),
            .failure(.timeout(.seconds(30))),
            .status(503, "", headers: [("Retry-After", "20")]),
            .status(502),
            .ok(Self.lines)
        )
        _ = try await wire.api().lines()
        #expect(wire.waits == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(20), .seconds(8)])
        #expect(wire.requests.count == 6)
    }

    @Test("Chance takes up to half of a wait away, and 30 s are the most", arguments: [0, 0.5, 1])
    func jitter(random: Double) {
        let waiting = PartnerWaiting(clock: .system, pause: { _ in }, random: { random })
        let part = 1 - random / 2
        #expect(waiting.backoff(failures: 1) == .seconds(0.5 * part))
        #expect(waiting.backoff(failures: 3) == .seconds(2 * part))
        #expect(waiting.backoff(failures: 7) == .seconds(30 * part))
        #expect(waiting.backoff(failures: .max) == .seconds(30 * part))
    }

    @Test("No other 4xx is tried again, nor is a redirect", arguments: [301, 400, 401, 403, 404, 408, 409, 413, 422])
    func final(status: Int) async throws {
        let wire = Wire(.status(status, "", headers: [("Retry-After", "1")]))
        let api = try wire.api()
        #expect(await failure(api.lines)?.status == status)
        #expect(wire.requests.count == 1 && wire.waits.isEmpty)
    }

    @Test("No wait begins that would end after the patience")
    func patience() async throws {
        let tooLong = Wire(.status(429, #"{"error": {"retry_after": 61}}"#))
        let api = try tooLong.api(patience: .minutes(1))
        #expect(await failure(api.lines)?.retryAfter == .seconds(61))
        #expect(tooLong.requests.count == 1 && tooLong.waits.isEmpty)
        let down = Wire(.failure(.refused))
        // 0.5 + 1 + 2 seconds fit into 5, the next 4 do not.
        let error = try await failure(down.api(patience: .seconds(5)).lines)
        #expect(error?.kind == .transport(.refused) && error?.isUnavailable == true)
        #expect(down.requests.count == 4)
        let impatient = Wire(.failure(.refused))
        #expect(try await failure(impatient.api(patience: .zero).lines) != nil)
        #expect(impatient.requests.count == 1)
    }

    @Test(
        "What creates is repeated only when it certainly has not",
        arguments: [
            (.status(429, #"{"error": {"retry_after": 1}}"#), true), (.failure(.refused), true),
            (.failure(.unresolved(host: "a")), true), (.failure(.tls("no")), true), (.status(500), false),
            (.status(503), false), (.failure(.timeout(.seconds(1))), false), (.failure(.interrupted("so")), false),
            (.failure(.other(code: 1, "so")), false),
        ] as [(Wire.Reply, Bool)]
    )
    func creation(first: Wire.Reply, isRepeated: Bool) async throws {
        let wire = Wire(first, .status(202, #"{"audit_id": "a", "status": "pending"}"#))
        let api = try wire.api()
        let error = await failure { () async throws(PartnerError) in try await api.startAudit(of: "+12025551234") }
        #expect((error == nil) == isRepeated)
        #expect(error.map(\.mayHaveTakenEffect) ?? true)
        #expect(wire.requests.count == (isRepeated ? 2 : 1))
        // Nor does the client below repeat it.
        #expect(wire.requests.allSatisfy { $0.isSentOnce })
    }

    @Test("What is no answer is no reason to ask again")
    func unreadable() async throws {
        let wire = Wire(.ok("<html>"))
        let api = try wire.api()
        #expect(await failure(api.lines)?.kind == .unreadable)
        #expect(wire.requests.count == 1)
    }

    @Test("A list that is cut off is no list")
    func truncated() async throws {
        let body = Array(Self.lines.utf8)
        let wire = Wire(.success(IncomingResponse(status: 200, body: body, isTruncated: true)))
        let error = try #require(await failure(try wire.api().lines))
        #expect(error.kind == .unreadable && error.message.contains("16 MiB"))
        #expect(wire.requests[0].responseLimit == 16 << 20)
    }
}
