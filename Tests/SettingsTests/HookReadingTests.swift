import Testing

@testable import Settings

/// Each kind of hook has its own keys; these are mistakes as somebody sees them who runs `check`.
@Suite struct HookReadingTests {
    @Test(arguments: [
        Mistake(.hooks, #""a": 7"#, [#"c:5:16: hooks.a: expected an object, found a number"#]),
        Mistake(.hooks, #""a": {}"#, [#"c:5:16: hooks.a.type: is missing"#]),
        Mistake(.hooks, #""a": {"type": 7}"#, [#"c:5:25: hooks.a.type: expected a string, found a number"#]),
        Mistake(
            .hooks,
            #""a": {"type": "slak", "url": 7}"#,
            [
                #"""
                c:5:25: hooks.a.type: there is no hook type "slak"; there are "http", "slack", "pagerduty", \#
                "email", "gate_files", "linq_forwarding", "command"
                """#
            ]
        ),
        Mistake(.hooks, #""a b": {"type": "slack"}"#, [#"c:5:18: hooks["a b"].url: is missing"#]),
        Mistake(
            .hooks,
            #""a": {"type": "slack", "url": "ftp://example.com"}"#,
            [#"c:5:41: hooks.a.url: is not an http or https URL"#]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "slack", "url": "https://"}"#,
            [#"c:5:41: hooks.a.url: is not an http or https URL"#]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "slack", "url": "http://example.com/x"}"#,
            [#"c:5:41: warning: hooks.a.url: sends unencrypted to another machine; use https://"#]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "slack", "url": {"env": "NOPE"}}"#,
            [#"c:5:49: hooks.a.url.env: the environment variable NOPE is not set"#]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "slack", "url": "https://x", "channel": "ops"}"#,
            [
                #"c:5:54: hooks.a.channel: unknown key; allowed here: timeout, give_up_after, retry, group_wait, fallback, fallback_after, rate, type, url"#
            ]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "slack", "url": "https://x", "timeout": "6m", "give_up_after": "1y"}"#,
            [
                #"c:5:65: hooks.a.timeout: must be between 1ms and 5m, found 6m"#,
                #"""
                c:5:88: hooks.a.give_up_after: "1y" is not a duration; write a number and a unit such as \#
                "30s", "5m" or "90d"
                """#,
            ]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "slack", "url": "https://x", "retry": {"first": "1m", "max": "1s"}}"#,
            [#"c:5:86: hooks.a.retry.max: must be between 1m and 1d, found 1s"#]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "slack", "url": "https://x", "retry": {"initial": "1m"}}"#,
            [#"c:5:64: hooks.a.retry.initial: unknown key; allowed here: first, max, broken"#]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "http", "url": "https://x", "secret": {"env": "NOPE"}}"#,
            [#"c:5:71: hooks.a.secret.env: the environment variable NOPE is not set"#]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "http", "url": "https://x", "secret": "whsec_hunter2!"}"#,
            [
                #"""
                c:5:63: warning: hooks.a.secret: is a secret written into the file; refer to it as \#
                {"credential": "NAME"} or {"env": "NAME"}
                """#,
                #"c:5:63: hooks.a.secret: is not a webhook secret: whsec_ must be followed by base64"#,
            ]
        ),
        Mistake(.hooks, #""a": {"type": "http"}"#, [#"c:5:16: hooks.a.url: is missing"#]),
        Mistake(
            .hooks,
            #""a": {"type": "http", "url": "https://x", "headers": {"a b": "c", "d": "e\n", "f": 7}}"#,
            [
                #"c:5:72: hooks.a.headers["a b"]: is not a header name"#,
                #"c:5:82: hooks.a.headers.d: holds a control character, which a header cannot carry"#,
                #"""
                c:5:94: hooks.a.headers.f: expected {"credential": "NAME"}, {"env": "NAME"}, {"file": "PATH"} \#
                or a text
                """#,
            ]
        ),
        Mistake(.hooks, #""a": {"type": "pagerduty"}"#, [#"c:5:16: hooks.a.routing_key: is missing"#]),
        Mistake(
            .hooks,
            #""a": {"type": "pagerduty", "routing_key": "hunter2"}"#,
            [
                #"c:5:53: warning: hooks.a.routing_key: has 7 characters; PagerDuty's have 32"#,
                #"""
                c:5:53: warning: hooks.a.routing_key: is a secret written into the file; refer to it as \#
                {"credential": "NAME"} or {"env": "NAME"}
                """#,
            ]
        ),
        Mistake(.hooks, #""a": {"type": "pagerduty", "routing_key": {"env": "PAGERDUTY_ROUTING_KEY"}}"#, []),
        Mistake(
            .hooks,
            #""a": {"type": "pagerduty", "routing_key": {"env": "NOPE"}, "url": "x"}"#,
            [
                #"c:5:61: hooks.a.routing_key.env: the environment variable NOPE is not set"#,
                #"c:5:77: hooks.a.url: is not an http or https URL"#,
            ]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "slack", "url": {"env": "SLACK_WEBHOOK_URL"}, "rate": "1 per s", "group_wait": "1h"}"#,
            [
                #"""
                c:5:79: hooks.a.rate: is no rate; write messages per second, minute or hour, such as "1/s" or "30/m"
                """#,
                "c:5:104: hooks.a.group_wait: must be at most 5m, found 1h",
            ]
        ),
        Mistake(
            .hooks,
            #"""
            "a": {"type": "slack", "url": {"env": "SLACK_WEBHOOK_URL"}, "fallback": "b"}, \#
            "b": {"type": "slack", "url": {"env": "SLACK_WEBHOOK_URL"}, "fallback": "a"}
            """#,
            [
                #"c:5:83: hooks.a.fallback: leads round in a circle, back to "a""#,
                #"c:5:161: hooks.b.fallback: leads round in a circle, back to "b""#,
            ]
        ),
        Mistake(
            .hooks,
            #"""
            "a": {"type": "gate_files", "directory": "/a", "fallback": "b"}, \#
            "b": {"type": "slack", "url": {"env": "SLACK_WEBHOOK_URL"}, "fallback": "a"}, \#
            "c": {"type": "slack", "url": {"env": "SLACK_WEBHOOK_URL"}, "fallback": "d"}
            """#,
            [
                "c:5:70: hooks.a.fallback: only pages take another way, and this hook does not page",
                #"c:5:148: hooks.b.fallback: "a" is a gate_files hook, which cannot page people"#,
                #"c:5:226: hooks.c.fallback: there is no hook "d""#,
            ]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "linq_forwarding", "forward_to": "+12025559999"}"#,
            [
                #"""
                c:5:25: hooks.a.type: a linq_forwarding hook asks Linq's API; add a section linq, such as \#
                "linq": {"api_key": {"env": "LINQ_API_V3_API_KEY"}}
                """#
            ]
        ),
        Mistake(.hooks, #""a": {"type": "gate_files"}"#, [#"c:5:16: hooks.a.directory: is missing"#]),
        Mistake(
            .hooks,
            #""a": {"type": "gate_files", "directory": "run"}"#,
            [#"c:5:52: hooks.a.directory: must be an absolute path, because senders look there too"#]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "gate_files", "directory": "/a", "url": "https://x"}"#,
            [
                #"""
                c:5:58: hooks.a.url: unknown key; allowed here: timeout, give_up_after, retry, group_wait, fallback, fallback_after, rate, type, directory
                """#
            ]
        ),
        Mistake(
            .hooks,
            #""a": {"type": "slack", "url": "https://x"}, "a": {"type": "slack", "url": "https://x"}"#,
            [#"c:5:55: hooks.a: is given twice, first on line 5"#]
        ),
    ])
    func hooks(_ mistake: Mistake) { mistake.check() }

    @Test("A hook that asks Linq is good with a section linq, and not told about where that one is bad")
    func forwarding() {
        func problems(_ linq: String) -> [String] {
            let hook = #""a": {"type": "linq_forwarding", "forward_to": "+12025559999"}"#
            let text = Document(.hooks, hook).text
            return Reading(String(text.dropLast(1)) + ",\n\"linq\": \(linq)}").problems
        }
        #expect(problems("{}") == [])
        #expect(problems(#"{"api": "v2"}"#) == ["c:8:9: linq.api_key: is missing"])
    }

    @Test(
        "Two hooks that forward calls are never for the same line",
        arguments: [
            (#"["a"]"#, "[\"+1202*\"]", #"["b"]"#, #"["+1415*", "+12025551234"]"#, true),
            (#"["a"]"#, "[\"+1202*\"]", #"["b"]"#, "[\"+1*\"]", true),
            (#"["a"]"#, "[\"+1202*\"]", #"["b"]"#, "[\"+1415*\"]", false),
            (#"["a"]"#, "[\"+12025551234\"]", #"["b"]"#, "[\"+12025551235\"]", false),
            (#"["a"]"#, "[\"+12025551234\"]", #"["b"]"#, "[\"+12025551234\"]", true),
            (#"["a"]"#, "[\"+1202*\"]", #"["a"]"#, "[\"+1202*\"]", false),
            (#"["a", "b"]"#, "[\"+1202*\"]", "[]", "[\"+1415*\"]", true),
        ]
    )
    func rivals(first: String, firstLines: String, second: String, secondLines: String, isBad: Bool) {
        let hook = #"{"type": "linq_forwarding", "forward_to": "+12025559999"}"#
        let routes = """
            {"on": ["FLAGGED", "CRITICAL"], "lines": \(firstLines), "pause": \(first), "page": ["ops"]},
            {"on": ["FLAGGED", "CRITICAL"], "lines": \(secondLines), "pause": \(second), "page": ["ops"]}
            """
        let text = Document(.routes, routes).text
            .replacing("\"hooks\": {", with: "\"linq\": {}, \"hooks\": {\"a\": \(hook), \"b\": \(hook), ")
        let problems = Reading(text).problems
        #expect(problems.count == (isBad ? 1 : 0), "\(problems)")
        #expect(problems.allSatisfy { $0.contains("is not the only linq_forwarding hook for some lines") })
    }
}
