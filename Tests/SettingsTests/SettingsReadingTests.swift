import Testing

@testable import Settings

@Suite struct SettingsReadingTests {
    @Test(arguments: [
        Mistake(.admin, #""#, [#"c:3:10: admin.listen: is missing"#]),
        Mistake(.admin, #""listen": []"#, [#"c:3:21: admin.listen: is empty; write for example ["127.0.0.1:8080"]"#]),
        Mistake(
            .admin,
            #""listen": ["0.0.0.0:80"]"#,
            [
                #"""
                c:3:21: admin.listen: 0.0.0.0:80 may be reachable from other machines, so admin.token is \#
                needed
                """#
            ]
        ),
        Mistake(
            .admin,
            #""listen": ["127.0.0.1:80", "[::]:80"]"#,
            [#"c:3:21: admin.listen: [::]:80 may be reachable from other machines, so admin.token is needed"#]
        ),
        Mistake(
            .admin,
            #""listen": ["systemd:admin"]"#,
            [
                #"""
                c:3:21: admin.listen: systemd:admin may be reachable from other machines, so admin.token is \#
                needed
                """#
            ]
        ),
        Mistake(
            .admin,
            #""listen": ["0.0.0.0:80"], "token": {"env": "NOPE"}"#,
            [#"c:3:54: admin.token.env: the environment variable NOPE is not set"#]
        ),
        Mistake(
            .admin,
            #""listen": ["0.0.0.0:80"], "token": "hunter2""#,
            [
                #"""
                c:3:46: warning: admin.token: is a secret written into the file; refer to it as \#
                {"credential": "NAME"} or {"env": "NAME"}
                """#
            ]
        ),
        Mistake(
            .admin,
            #""listen": ["[::1]:80"], "tokn": {"env": "ADMIN_TOKEN"}"#,
            [#"c:3:35: admin.tokn: unknown key; did you mean 'token'?"#]
        ),
        Mistake(
            .admin,
            #""listen": ["example.com:80"], "token": {"env": "ADMIN_TOKEN"}"#,
            [
                #"""
                c:3:22: admin.listen[0]: "example.com:80" is no address to listen on; write "127.0.0.1:8080", \#
                "[::1]:8080", "unix:/run/linewarden/webhook.sock" or "systemd:webhook"
                """#
            ]
        ),
    ])
    func admin(_ mistake: Mistake) { mistake.check() }

    @Test(arguments: [
        Mistake(.state, #""#, [#"c:4:10: state.directory: is missing"#]),
        Mistake(.state, #""directory": """#, [#"c:4:24: state.directory: must be an absolute path"#]),
        Mistake(.state, #""directory": "var/lib""#, [#"c:4:24: state.directory: must be an absolute path"#]),
        Mistake(.state, #""directory": 7"#, [#"c:4:24: state.directory: expected a string, found a number"#]),
        Mistake(
            .state,
            #""directory": "/a", "retention": "90d""#,
            []
        ),
        Mistake(
            .state,
            #""directory": "/a", "retention": "90""#,
            [
                #"""
                c:4:43: state.retention: "90" is not a duration; write a number and a unit such as "30s", \#
                "5m" or "90d"
                """#
            ]
        ),
        Mistake(
            .state,
            #""directory": "/a", "retention": "1h""#,
            [#"c:4:43: state.retention: must be between 1d and 36500d, found 1h"#]
        ),
        Mistake(
            .state,
            #""directory": "/a", "close_gate_on_failure": "yes""#,
            [#"c:4:55: state.close_gate_on_failure: expected true or false, found a string"#]
        ),
    ])
    func state(_ mistake: Mistake) { mistake.check() }

    /// The sections that may be left out, and keys that nobody knows.
    @Test(arguments: [
        Mistake(
            .rest,
            #""decisions": {"slow": ["CRITICAL"]}"#,
            [
                #"""
                c:7:14: decisions: CRITICAL is in pause (by default) and slow, but a value can have one \#
                effect only
                """#
            ]
        ),
        Mistake(
            .rest,
            #""decisions": {"pause": ["X", "Y"], "slow": ["X"], "allow": ["X", "Y"]}"#,
            [
                #"c:7:14: decisions: X is in pause and slow and allow, but a value can have one effect only"#,
                #"c:7:14: decisions: Y is in pause and allow, but a value can have one effect only"#,
            ]
        ),
        Mistake(
            .rest,
            #""decisions": {"pause": "X"}"#,
            [#"c:7:24: decisions.pause: expected an array, found a string"#]
        ),
        Mistake(
            .rest,
            #""decisions": {"paused": ["X"], "slow": [7]}"#,
            [
                #"c:7:15: decisions.paused: unknown key; did you mean 'pause'?"#,
                #"c:7:41: decisions.slow[0]: expected a string, found a number"#,
            ]
        ),
        Mistake(
            .rest,
            #""alerts": {"page": ["gate", "opps"]}"#,
            [
                #"c:7:21: alerts.page[0]: "gate" is a gate_files hook, which cannot page people; "ops" can"#,
                #"c:7:29: alerts.page[1]: there is no hook "opps"; known: "gate", "ops""#,
            ]
        ),
        Mistake(
            .rest,
            #""alerts": {"pages": ["ops"]}"#,
            [#"c:7:12: alerts.pages: unknown key; did you mean 'page'?"#]
        ),
        Mistake(.rest, #""stop_timeout": "1h""#, [#"c:7:17: stop_timeout: must be between 100ms and 5m, found 1h"#]),
        Mistake(
            .rest,
            #""stop_timeout": "10""#,
            [
                #"""
                c:7:17: stop_timeout: "10" is not a duration; write a number and a unit such as "30s", "5m" \#
                or "90d"
                """#
            ]
        ),
        Mistake(.rest, #""hoooks": {}, "$schema": 7"#, [#"c:7:1: hoooks: unknown key; did you mean 'hooks'?"#]),
        Mistake(.rest, #""admin": {"listen": ["127.0.0.1:1"]}"#, [#"c:7:1: admin: is given twice, first on line 3"#]),
        Mistake(
            .rest,
            #""tls": {}"#,
            [
                #"""
                c:7:1: tls: unknown key; allowed here: webhook, admin, state, linq, decisions, hooks, routes, \#
                alerts, stop_timeout
                """#
            ]
        ),
    ])
    func rest(_ mistake: Mistake) { mistake.check() }
}
