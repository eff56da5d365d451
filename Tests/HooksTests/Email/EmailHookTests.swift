import Chrono
import HTTPClient
import Testing

@testable import Hooks

@Suite(.timeLimit(.minutes(5))) struct EmailHookTests {
    private func hook(_ authority: String) throws -> any Hook {
        let keys = #""url": "smtp://\#(authority)", "tls": "none", "from": "w@example.org", "to": ["ops@example.com"]"#
        let configuration = try #require(EmailConfigurationTests.read(keys).configuration)
        return configuration.make(
            name: "a",
            timeout: .minutes(4),
            HookContext(client: HTTPClient()) { _ in Notebook().memory }
        )
    }

    @Test("Closing cuts off what is under way; it is to be tried again, and nothing more is sent")
    func closes() async throws {
        // A mail server speaks first: this one never does.
        let peer = try await Peer { _ in .hang }
        let hook = try hook(peer.authority)
        let task = Task { await hook.deliver(attempt()) }
        while await peer.accepted == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let start = ContinuousClock.now
        await hook.close()
        let outcomes = [await task.value, await hook.deliver(attempt())]
        #expect(ContinuousClock.now - start < .seconds(60))
        for outcome in outcomes {
            guard case .retry(nil, let failure) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(failure.label == "cancelled" && !failure.mayHaveArrived)
        }
        #expect(await peer.accepted == 1)
    }
}
