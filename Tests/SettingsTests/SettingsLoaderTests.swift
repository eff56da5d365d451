import Chrono
import Crypto
import Hooks
import HTTPServer
import HTTPWire
import JSON
import Linq
import Lines
import Posix
import Routing
import Testing

@testable import Settings

@Suite struct SettingsLoaderTests {
    private static let repository = String(
        #filePath.prefix(upTo: #filePath.firstRange(of: "/Tests/")?.lowerBound ?? #filePath.endIndex)
    )

    @Test func theExampleIsGood() throws {
        let path = Self.repository + "/config.example.json"
        guard case .loaded(let settings, let warnings) = SettingsLoader.load(path: path, secrets: secretSource()) else {
            Issue.record("the example is not good")
            return
        }
        #expect(warnings.filter { !$0.message.hasPrefix("has no effect yet") } == [])
        #expect(settings.webhook.listen == [.ipv4(host: "127.0.0.1", port: 8080)])
        #expect(settings.webhook.endpoints.map(\.path) == ["/webhooks/linq"])
        #expect(settings.webhook.endpoints.map { $0.secrets.map(\.fingerprint) } == [["1c5654f26286be93"]])
        #expect(settings.admin.listen == [.ipv4(host: "127.0.0.1", port: 8081)] && settings.admin.token == nil)
        #expect(settings.stateDirectory == "/var/lib/linewarden")
        #expect(settings.hooks.map(\.name) == ["gate", "sender", "oncall", "ops"])
        #expect(settings.hooks.map(\.type) == ["gate_files", "http", "pagerduty", "slack"])
        #expect(
            settings.routing.rules == [
                Rule(
                    name: "stop",
                    on: ["FLAGGED", "CRITICAL"],
                    pause: ["gate", "sender"],
                    page: ["oncall", "ops"],
                    remindEvery: .hours(4)
                ),
                Rule(name: "slow", on: ["AT_RISK"], slow: ["sender"], page: ["ops"]),
            ]
        )
        #expect(settings.alertHooks == ["ops"])
        #expect(settings.retention == .days(90))
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        let text = """
            {"webhook": {"listen": ["unix:/run/w.sock"], \(Document.endpoints)}, "state": {"directory": "/s"}}
            """
        let reading = Reading(text)
        let settings = try #require(reading.settings)
        #expect(
            reading.problems == [
                "c:1:1: warning: no routes: events are stored, but nothing is paused and nobody is paged"
            ]
        )
        #expect(settings.webhook.tolerance == .minutes(5) && settings.webhook.limits == ServerLimits())
        #expect(settings.admin.listen == [.ipv4(host: "127.0.0.1", port: 8081)] && settings.admin.token == nil)
        #expect(!settings.closesGateOnFailure && settings.stopTimeout == .seconds(10))
        #expect(settings.policy == .standard)
        #expect(settings.hooks.isEmpty && settings.routing.rules.isEmpty && settings.alertHooks.isEmpty)
    }

    @Test func everythingIsTakenOver() throws {
        let text = #"""
            {
              "webhook": {
                "listen": ["0.0.0.0:80", "[::1]:80", "systemd:web"], "tolerance": "90s",
                "endpoints": [
                  {"path": "/a", "secrets": [{"env": "LINQ_WEBHOOK_SECRET"}, {"env": "SENDER_SECRET"}]},
                  {"path": "/b", "secrets": [{"env": "SENDER_SECRET"}]}
                ],
                "limits": {
                  "request_line_bytes": 1000, "header_bytes": 2000, "header_count": 30, "body_bytes": 4000,
                  "header_time": "1s", "body_time": "2s", "idle_time": "3s", "write_time": "4s",
                  "connections": 5, "requests_per_connection": 6
                }
              },
              "admin": {"listen": ["0.0.0.0:81", "unix:/run/a.sock"], "token": {"env": "ADMIN_TOKEN"}},
              "state": {"directory": "/s", "close_gate_on_failure": true},
              "stop_timeout": "1m",
              "decisions": {"pause": ["FLAGGED"], "slow": ["CRITICAL"], "allow": ["ACTIVE", "HEALTHY", "AT_RISK"]},
              "hooks": {
                "z": {"type": "slack", "url": "https://x", "timeout": "2s", "give_up_after": "1h",
                      "retry": {"first": "5s", "max": "1m"}},
                "a": {"type": "gate_files", "directory": "/g"}
              },
              "routes": [
                {"on": ["CRITICAL"], "lines": ["+1202*", "+442071838750"], "slow": ["a"], "page": ["z", "z"]},
                {"name": "all", "on": ["FLAGGED"], "pause": ["a"]}
              ],
              "alerts": {"page": ["z"]}
            }
            """#
        let reading = Reading(text)
        #expect(reading.problems == [])
        let settings = try #require(reading.settings)
        let webhook = settings.webhook
        #expect(webhook.listen.map(\.description) == ["0.0.0.0:80", "[::1]:80", "systemd:web"])
        #expect(webhook.tolerance == .seconds(90))
        #expect(webhook.endpoints.map(\.path) == ["/a", "/b"] && webhook.endpoints.map(\.secrets.count) == [2, 1])
        var limits = ServerLimits()
        limits.message = HTTPLimits(requestLineBytes: 1_000, headerBytes: 2_000, headerCount: 30, bodyBytes: 4_000)
        (limits.headerTime, limits.bodyTime, limits.idleTime) = (.seconds(1), .seconds(2), .seconds(3))
        (limits.writeTime, limits.connections, limits.requestsPerConnection) = (.seconds(4), 5, 6)
        #expect(webhook.limits == limits)
        #expect(settings.admin.listen.map(\.description) == ["0.0.0.0:81", "unix:/run/a.sock"])
        #expect(settings.admin.token?.exposed == "hunter2")
        #expect(settings.closesGateOnFailure && settings.stopTimeout == .minutes(1))
        let policy = DecisionPolicy(pause: ["FLAGGED"], slow: ["CRITICAL"], allow: ["ACTIVE", "HEALTHY", "AT_RISK"])
        #expect(settings.policy == policy)
        var retry = RetryPolicy()
        (retry.first, retry.max, retry.giveUpAfter) = (.seconds(5), .minutes(1), .hours(1))
        #expect(
            settings.hooks.map(\.name) == ["z", "a"] && settings.hooks.map(\.timeout) == [.seconds(2), .seconds(15)]
        )
        #expect(settings.hooks.map(\.retry) == [retry, RetryPolicy()])
        let patterns = try ["+1202*", "+442071838750"].map { try #require(LinePattern($0)) }
        #expect(
            settings.routing.rules == [
                Rule(name: "route 1", on: ["CRITICAL"], lines: patterns, slow: ["a"], page: ["z", "z"]),
                Rule(name: "all", on: ["FLAGGED"], pause: ["a"]),
            ]
        )
        #expect(settings.alertHooks == ["z"])
    }

    /// One run shows all that is wrong, in the order of the file.
    @Test func everyMistakeAtOnce() {
        let reading = Reading(
            #"""
            {
              "webhook": {
                "listen": ["somewhere:http", "127.0.0.1:8080"],
                "endpoints": [{ "path": "webhooks", "secrets": [{ "env": "NOT_SET" }] }],
                "tolerance": "five minutes"
              },
              "admin": { "listen": ["0.0.0.0:8081"] },
              "state": { "directory": 7, "retention": "90d" },
              "hoooks": {},
              "hooks": { "gate": { "type": "gate_flies", "directory": "/tmp" }, "ops": { "type": "slack" } },
              "routes": [{ "name": "stop", "on": ["ACTIVE"], "pause": ["gatt", "gate"], "page": ["ops"] }],
              "alerts": { "page": ["nobody"] }
            }
            """#
        )
        #expect(reading.settings == nil)
        #expect(
            reading.problems == [
                #"""
                c:3:16: webhook.listen[0]: "somewhere:http" is no address to listen on; write "127.0.0.1:8080", \#
                "[::1]:8080", "unix:/run/linewarden/webhook.sock" or "systemd:webhook"
                """#,
                #"c:4:29: webhook.endpoints[0].path: must be a path such as "/webhooks/linq", without spaces and without a query"#,
                "c:4:62: webhook.endpoints[0].secrets[0].env: the environment variable NOT_SET is not set",
                #"""
                c:5:18: webhook.tolerance: "five minutes" is not a duration; \#
                write a number and a unit such as "30s", "5m" or "90d"
                """#,
                "c:7:24: admin.listen: 0.0.0.0:8081 may be reachable from other machines, so admin.token is needed",
                "c:8:27: state.directory: expected a string, found a number",
                "c:9:3: hoooks: unknown key; did you mean 'hooks'?",
                #"""
                c:10:32: hooks.gate.type: there is no hook type "gate_flies"; \#
                there are "http", "slack", "pagerduty", "email", "gate_files", "linq_forwarding", "command"
                """#,
                "c:10:76: hooks.ops.url: is missing",
                "c:11:38: routes[0].on: ACTIVE never opens an incident, so this route would never act on it",
                #"c:11:60: routes[0].pause[0]: there is no hook "gatt"; known: "gate", "ops""#,
                #"c:12:24: alerts.page[0]: there is no hook "nobody"; known: "gate", "ops""#,
            ]
        )
    }

    @Test(arguments: [
        ("", "c:1:1: the document is empty"), ("[]", "c:1:1: expected an object, found an array"),
        ("null", "c:1:1: expected an object, found null"),
        ("{\n  \"webhook\": {},\n}", "c:2:16: trailing comma before '}'"),
        ("{ // a comment", "c:1:3: a comment is not JSON"),
    ])
    func noConfiguration(text: String, problem: String) {
        #expect(Reading(text).problems == [problem])
        #expect(Reading(text).settings == nil)
    }

    @Test func sectionsOfTheWrongKind() {
        let reading = Reading(
            #"""
            {"webhook": 7, "admin": null, "state": [], "hooks": [], "routes": {}, "alerts": 1, "decisions": "x",
             "linq": true, "stop_timeout": 10}
            """#
        )
        #expect(
            reading.problems == [
                "c:1:13: webhook: expected an object, found a number",
                "c:1:25: admin: expected an object, found null",
                "c:1:40: state: expected an object, found an array",
                "c:1:53: hooks: expected an object, found an array",
                "c:1:67: routes: expected an array, found an object",
                "c:1:81: alerts: expected an object, found a number",
                "c:1:97: decisions: expected an object, found a string",
                "c:2:10: linq: expected an object, found true",
                #"c:2:32: stop_timeout: expected a duration such as "30s", "5m" or "90d", found a number"#,
            ]
        )
    }

    /// "No file" is not "bad file": there is nothing to point at, but something to do.
    @Test(arguments: [
        (
            "/no/such/config.json",
            """
            /no/such/config.json: cannot read the configuration: no such file or directory; \
            give its path with --config; config.example.json is one to start from
            """
        ),
        ("/proc/self", "/proc/self: cannot read the configuration: is a directory"),
        ("/dev/zero", "/dev/zero: cannot read the configuration: file too large"),
    ])
    func unreadable(path: String, reason: String) {
        guard case .unreadable(reason) = SettingsLoader.load(path: path, secrets: secretSource()) else {
            Issue.record("\(SettingsLoader.load(path: path, secrets: secretSource()))")
            return
        }
    }

    /// Settings end up in logs and dumps; secrets must not.
    @Test func settingsDoNotShowSecrets() throws {
        var text = ""
        let load = SettingsLoader.load(path: Self.repository + "/config.example.json", secrets: secretSource())
        dump(load, to: &text)
        text += "\(load)" + String(reflecting: load)
        for secret in ["hunter2", "whsec_", "C2FVsBQI", "MfKQ9r8G", "[11, 97, 85"] { #expect(!text.contains(secret)) }
        #expect(text.contains("hooks.slack.com") && text.contains("[secret 1c5654f26286be93]"))
    }
}
