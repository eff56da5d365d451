import Chrono
import Crypto
import Linq
import Posix
import Testing

@testable import linewarden_bench

@Suite struct RequestsTests {
    @Test("Every delivery is genuine, another event, and newer than the last of its line")
    func deliveriesAreGenuine() async throws {
        let recipe = try DriverTests.recipe(.linq, Target("127.0.0.1:80/w"))
        let requests = await Requests(recipe, count: 5_000)
        #expect(requests.count == 5_000)
        var ids: Set<String> = []
        var newest: [String: Timestamp] = [:]
        for index in 0..<requests.count {
            let text = String(decoding: requests[index], as: UTF8.self)
            let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
            let (head, body) = (parts[0], Array(parts[1].utf8))
            func header(_ name: String) -> [String] {
                head.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("\(name): ") }
                    .map { String($0.dropFirst(name.count + 2)) }
            }
            let verdict = SignatureHeaders(header).judge(
                body: body,
                secrets: [recipe.secret],
                now: Clock.system.now(),
                tolerance: .minutes(5)
            )
            let id = try #require(header("webhook-id").first)
            #expect(verdict == .genuine(.standard, id: id))
            #expect(header("content-length") == ["\(body.count)"])
            ids.insert(id)
            let envelope = try Envelope(body, announcedType: nil)
            let update = try StatusUpdate(envelope.data)
            let changedAt = try #require(update.changedAt)
            if let last = newest[update.phoneNumber] { #expect(changedAt > last) }
            newest[update.phoneNumber] = changedAt
        }
        #expect(ids.count == 5_000)
        #expect(newest.count == 3)
    }
}
