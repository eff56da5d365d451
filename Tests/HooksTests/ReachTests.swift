import Chrono
import Crypto
import HTTPClient
import Posix
import TestSupport
import Testing

@testable import Hooks

/// Hooks that are looked at, and sent nothing.
@Suite(.timeLimit(.minutes(5))) struct ReachTests {
    private let client = HTTPClient(userAgent: "linewarden/test")
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func hooks(_ authority: String) throws -> [any Hook] {
        let url = try #require(HookURL("http://\(authority)/services/hunter2/${line.phone_number}"))
        let time = Span.minutes(4)
        return [
            Slack(configuration: SlackConfiguration(url: url), timeout: time, client: client),
            PagerDuty(
                configuration: PagerDutyConfiguration(url: url, routingKey: Secret("hunter2")),
                timeout: time,
                client: client
            ),
            HTTPHook(
                configuration: HTTPHookConfiguration(url: url, secret: nil, headers: []),
                timeout: time,
                client: client
            ),
        ]
    }

    @Test("What is reached over HTTP is told by its origin alone")
    func overHTTP() async throws {
        let peer = try await Peer { _ in .hang }
        for hook in try hooks(peer.authority) {
            #expect(await hook.probe() == .reached("http://\(peer.authority) takes connections"))
        }
        #expect(await peer.requests.isEmpty)
        for hook in try hooks("127.0.0.1:1") {
            #expect(await hook.probe() == .unreachable("http://127.0.0.1:1: the connection was refused"))
        }
    }

    @Test func programs() async throws {
        func probe(_ program: String, in directory: String = "/") async -> Reach {
            let configuration = CommandConfiguration(
                program: program,
                arguments: ["-c", "touch \(folder("ran"))"],
                environment: [:],
                directory: directory,
                concurrency: 1
            )
            return await Command(configuration: configuration, timeout: .seconds(30)).probe()
        }
        #expect(await probe("/bin/sh") == .reached("/bin/sh can be run"))
        #expect(await probe("/bin") == .unreachable("/bin cannot be run: Is a directory"))
        #expect(await probe("/no/such") == .unreachable("/no/such cannot be run: No such file or directory"))
        #expect(await probe("/bin/sh", in: "/no") == .unreachable("there is no directory /no to run it in"))
        #expect(File.size(folder("ran")) == nil)
    }

    @Test("A directory for gate files is looked for, and not made")
    func gateFiles() async throws {
        let path = folder("run/paused")
        #expect(await GateFiles(directory: path).probe() == .reached("files can be made in \(path)"))
        #expect(try File.names(in: folder.path) == [])
        try File.replace(folder("run"), with: [])
        guard case .unreachable(let why) = await GateFiles(directory: path).probe() else {
            Issue.record("a file is no directory")
            return
        }
        #expect(why.hasSuffix("Not a directory"))
    }

    @Test("A test message reads as one in every form")
    func testMessages() throws {
        let message = Message.test(at: moment)
        #expect(message.type == "test" && message.line == nil)
        for hook in try hooks("127.0.0.1:1").prefix(2) {
            #expect(
                String(decoding: hook.render(message), as: UTF8.self).contains("Test: linewarden reaches this hook")
            )
        }
    }
}
