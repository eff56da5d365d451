import Chrono
import Crypto
import HTTPClient
import JSON
import Linq
import Posix
import Testing

@testable import Hooks

/// A machine with these variables and no files.
func secretSource(_ variables: [String: String] = [:]) -> SecretSource {
    SecretSource(
        environment: { variables[$0] },
        file: { path in throw PosixError(call: "open", code: PosixError.notFound, subject: path) }
    )
}

@Suite struct HookConfigurationTests {
    private static let variables = [
        "URL": "https://ops.example.com/hunter2", "SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "KEY": "hunter2789abcdef0123456789abcdef",
    ]

    /// Reads one hook, on one line, as the configuration of the hook `a`.
    private static func read(_ text: String) -> (hook: HookSettings?, problems: [String]) {
        let secrets = secretSource(variables)
        let source = SourceText(name: "c", bytes: Array(text.utf8))
        let (hook, problems) = ConfigurationReader.read(source: source) {
            HookSettings.read(name: "a", $0, secrets)
        }
        return (hook, problems.map(\.description))
    }

    /// What `check` tells of a hook shows that it was understood, and no secret.
    @Test(
        arguments: [
            (
                #"{"type": "http", "url": {"env": "URL"}, "secret": {"env": "SECRET"}}"#, "http",
                "POST https://ops.example.com, signed", [HookRole.control, .page]
            ),
            (
                #"{"type": "http", "url": "http://127.0.0.1:9/hunter2", "headers": {"X-Key": "hunter2", "x-b": {"env": "KEY"}}}"#,
                "http", "POST http://127.0.0.1:9, unsigned", [.control, .page]
            ),
            (#"{"type": "slack", "url": {"env": "URL"}}"#, "slack", "message to https://ops.example.com", [.page]),
            (
                #"{"type": "pagerduty", "routing_key": {"env": "KEY"}}"#, "pagerduty",
                "events to https://events.pagerduty.com", [.page]
            ),
            (
                #"{"type": "pagerduty", "routing_key": {"env": "KEY"}, "url": "https://events.eu.pagerduty.com/v2/enqueue"}"#,
                "pagerduty", "events to https://events.eu.pagerduty.com", [.page]
            ),
            (#"{"type": "gate_files", "directory": "/run/gate"}"#, "gate_files", "files in /run/gate", [.control]),
            (
                #"{"type": "linq_forwarding", "forward_to": "+12025559999"}"#, "linq_forwarding",
                "forwards calls of paused lines to +12025559999", [.control]
            ),
            (#"{"type": "command", "command": ["/bin/sh", "-c", "x"]}"#, "command", "runs /bin/sh", [.control, .page]),
        ] as [(String, String, String, Set<HookRole>)]
    )
    func eachKind(text: String, type: String, summary: String, roles: Set<HookRole>) throws {
        let (hook, problems) = Self.read(text)
        #expect(problems == [])
        let settings = try #require(hook)
        #expect(settings.name == "a" && settings.type == type && settings.roles == roles)
        #expect(settings.kind.summary == summary)
        #expect(settings.timeout == .seconds(15) && settings.retry == RetryPolicy())
        #expect(!"\(settings.kind)".contains("hunter2"), "\(settings.kind)")
    }

    @Test func kindsMakeTheirHooks() throws {
        let context = HookContext(client: HTTPClient(userAgent: "linewarden/test")) { _ in Notebook().memory }
        func make(_ text: String) throws -> any Hook { try #require(Self.read(text).hook).make(context) }
        let http = try make(#"{"type": "http", "timeout": "3s", "url": {"env": "URL"}}"#)
        #expect((http as? HTTPHook)?.timeout == .seconds(3) && http.concurrency == 8)
        let slack = try make(#"{"type": "slack", "timeout": "3s", "url": {"env": "URL"}}"#)
        #expect((slack as? Slack)?.timeout == .seconds(3) && slack.concurrency == 1)
        let pagerDuty = try make(#"{"type": "pagerduty", "timeout": "3s", "routing_key": {"env": "KEY"}}"#)
        #expect((pagerDuty as? PagerDuty)?.timeout == .seconds(3) && pagerDuty.concurrency == 2)
        let gate = try make(#"{"type": "gate_files", "directory": "/run/gate"}"#)
        #expect(gate is GateFiles && gate.concurrency == 1)
        let forwarding = try make(#"{"type": "linq_forwarding", "timeout": "3s", "forward_to": "+12025559999"}"#)
        #expect((forwarding as? LinqForwarding)?.timeout == .seconds(3) && forwarding.concurrency == 2)
        let command = try make(#"{"type": "command", "timeout": "3s", "command": ["/bin/sh"]}"#)
        #expect((command as? Command)?.timeout == .seconds(3) && command.concurrency == 4)
    }

    @Test(arguments: [
        (#""timeout": "1ms""#, Span.milliseconds(1), RetryPolicy()), (#""timeout": "5m""#, .minutes(5), RetryPolicy()),
        (#""give_up_after": "1h30m""#, .seconds(15), Self.policy(giveUpAfter: .minutes(90))),
        (
            #""retry": {"first": "10ms", "max": "20ms"}"#, .seconds(15),
            Self.policy(.milliseconds(10), .milliseconds(20))
        ),
        (#""retry": {"max": "1d"}"#, .seconds(15), Self.policy(.seconds(1), .days(1))),
        // A first wait beyond the usual longest one takes that along.
        (#""retry": {"first": "1h"}"#, .seconds(15), Self.policy(.hours(1), .hours(1))),
        (#""retry": {}"#, .seconds(15), RetryPolicy()),
    ])
    func timesOfAllKinds(keys: String, timeout: Span, retry: RetryPolicy) throws {
        let (hook, problems) = Self.read(#"{"type": "http", "url": "https://x", \#(keys)}"#)
        #expect(problems == [])
        #expect(hook?.timeout == timeout)
        #expect(hook?.retry == retry)
    }

    private static func policy(
        _ first: Span = .seconds(1),
        _ max: Span = .minutes(5),
        giveUpAfter: Span = .hours(24)
    ) -> RetryPolicy {
        var policy = RetryPolicy()
        (policy.first, policy.max, policy.giveUpAfter) = (first, max, giveUpAfter)
        return policy
    }

    /// Mistakes in keys that all kinds have are reported beside those of the kind. (Further ones: SettingsTests.)
    @Test(arguments: [
        ("{}", ["c:1:1: type: is missing"]),
        // What else is in an object whose kind is unclear cannot be judged.
        (#"{"timeout": 3, "url": 7}"#, ["c:1:1: type: is missing", Self.noDuration]),
        (
            #"{"type": "smtp", "host": "x"}"#,
            [
                #"c:1:10: type: there is no hook type "smtp"; there are "http", "slack", "pagerduty", "email", "gate_files", "linq_forwarding", "command""#
            ]
        ),
        (
            #"{"type": "Slack"}"#,
            [
                #"c:1:10: type: there is no hook type "Slack"; there are "http", "slack", "pagerduty", "email", "gate_files", "linq_forwarding", "command""#
            ]
        ),
        (
            #"{"type": "http", "timeout": "0s", "url": "ftp://x"}"#,
            ["c:1:29: timeout: must be between 1ms and 5m, found 0s", "c:1:42: url: is not an http or https URL"]
        ),
        (
            #"{"type": "http", "url": "https://x", "give_up_after": "366d"}"#,
            ["c:1:55: give_up_after: must be between 1s and 365d, found 366d"]
        ),
        (
            #"{"type": "http", "url": "https://x", "retry": "1s"}"#,
            ["c:1:47: retry: expected an object, found a string"]
        ),
        (
            #"{"type": "http", "url": "https://x", "headers": {"": "a", "Content-Length": "7", "webhook-ID": "x"}}"#,
            [
                #"c:1:54: headers[""]: is not a header name"#,
                "c:1:77: headers.Content-Length: is a header that linewarden sets itself",
                "c:1:96: headers.webhook-ID: is a header that linewarden sets itself",
            ]
        ),
        (
            #"{"type": "http", "url": "https://x", "headers": ["X-A: b"]}"#,
            ["c:1:49: headers: expected an object, found an array"]
        ),
        (#"{"type": "linq_forwarding"}"#, ["c:1:1: forward_to: is missing"]),
        (
            #"{"type": "linq_forwarding", "forward_to": "2025559999"}"#,
            [#"c:1:43: forward_to: "2025559999" is no number in E.164 form, such as "+12025551234""#]
        ),
        (#"{"type": "gate_files", "directory": 7}"#, ["c:1:37: directory: expected a string, found a number"]),
    ])
    func mistakes(text: String, problems: [String]) {
        let read = Self.read(text)
        #expect(read.problems == problems)
        #expect(read.hook == nil)
    }

    private static let noDuration =
        #"c:1:13: timeout: expected a duration such as "30s", "5m" or "90d", found a number"#

    @Test func everyKindHasItsWordAndItsRoles() {
        let kinds: [any HookConfiguration.Type] = [
            HTTPHookConfiguration.self, SlackConfiguration.self, PagerDutyConfiguration.self,
            EmailConfiguration.self, GateFilesConfiguration.self, LinqForwardingConfiguration.self,
            CommandConfiguration.self,
        ]
        #expect(
            kinds.map { $0.type } == [
                "http", "slack", "pagerduty", "email", "gate_files", "linq_forwarding", "command",
            ]
        )
        #expect(kinds.allSatisfy { !$0.roles.isEmpty })
    }
}
