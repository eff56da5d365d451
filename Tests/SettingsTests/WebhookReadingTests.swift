import Testing

@testable import Settings

@Suite struct WebhookReadingTests {
    @Test(arguments: [
        Mistake(
            .webhook,
            #""listen": [], \#(Document.endpoints)"#,
            [#"c:2:23: webhook.listen: is empty; write for example ["127.0.0.1:8080"]"#]
        ),
        Mistake(.webhook, #"\#(Document.endpoints)"#, [#"c:2:12: webhook.listen: is missing"#]),
        Mistake(
            .webhook,
            #""listen": "127.0.0.1:8080", \#(Document.endpoints)"#,
            [#"c:2:23: webhook.listen: expected an array, found a string"#]
        ),
        Mistake(
            .webhook,
            #""listen": ["somewhere", 8080, "localhost"], \#(Document.endpoints)"#,
            [
                #"""
                c:2:24: webhook.listen[0]: "somewhere" is no address to listen on; write "127.0.0.1:8080", \#
                "[::1]:8080", "unix:/run/linewarden/webhook.sock" or "systemd:webhook"
                """#,
                #"c:2:37: webhook.listen[1]: expected a string, found a number"#,
                #"""
                c:2:43: webhook.listen[2]: "localhost" is no address to listen on; write "127.0.0.1:8080", \#
                "[::1]:8080", "unix:/run/linewarden/webhook.sock" or "systemd:webhook"
                """#,
            ]
        ),
        Mistake(.webhook, #""listen": ["unix:/a"]"#, [#"c:2:12: webhook.endpoints: is missing"#]),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": []"#,
            [#"c:2:49: webhook.endpoints: is empty: Linq needs a path to post to"#]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": {}"#,
            [#"c:2:49: webhook.endpoints: expected an array, found an object"#]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [7]"#,
            [#"c:2:50: webhook.endpoints[0]: expected an object, found a number"#]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{}]"#,
            [
                #"c:2:50: webhook.endpoints[0].path: is missing"#,
                #"c:2:50: webhook.endpoints[0].secrets: is missing"#,
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "linq", "secrets": []}]"#,
            [
                #"c:2:59: webhook.endpoints[0].path: must be a path such as "/webhooks/linq", without spaces and without a query"#,
                #"c:2:78: webhook.endpoints[0].secrets: is empty: without a secret nothing can be verified"#,
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/linq?version=1", "secrets": {"env": "X"}}]"#,
            [
                #"c:2:59: webhook.endpoints[0].path: must be a path such as "/webhooks/linq", without spaces and without a query"#,
                #"c:2:89: webhook.endpoints[0].secrets: expected an array, found an object"#,
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": 7, "secrets": [{"env": "SENDER_SECRET"}]}]"#,
            [#"c:2:59: webhook.endpoints[0].path: expected a string, found a number"#]
        ),
        Mistake(
            .webhook,
            #"""
            "listen": ["unix:/a"], "endpoints": [{"path": "/healthz", "secrets": [{"env": "SENDER_SECRET"}]}]
            """#,
            [#"c:2:59: webhook.endpoints[0].path: is taken: load balancers ask there"#]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a#b", "secrets": [{"env": "SENDER_SECRET"}]}]"#,
            [
                #"c:2:59: webhook.endpoints[0].path: must be a path such as "/webhooks/linq", without spaces and without a query"#
            ]
        ),
        Mistake(
            .webhook,
            #"""
            "listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": [{"env": "SENDER_SECRET"}]}, \#
            {"path": "/a", "secrets": [{"env": "SENDER_SECRET"}]}]
            """#,
            [
                #"""
                c:2:114: webhook.endpoints[1].path: is the path of another endpoint; give that one several \#
                secrets instead
                """#
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "tolerance": "5", \#(Document.endpoints)"#,
            [
                #"""
                c:2:49: webhook.tolerance: "5" is not a duration; write a number and a unit such as "30s", \#
                "5m" or "90d"
                """#
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "tolerance": "500ms", \#(Document.endpoints)"#,
            [#"c:2:49: webhook.tolerance: must be between 1s and 36500d, found 500ms"#]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "tolerance": 300, \#(Document.endpoints)"#,
            [#"c:2:49: webhook.tolerance: expected a duration such as "30s", "5m" or "90d", found a number"#]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "tolerence": "5m", \#(Document.endpoints)"#,
            [#"c:2:36: webhook.tolerence: unknown key; did you mean 'tolerance'?"#]
        ),
        Mistake(
            .webhook,
            #"""
            "limits": {"body_bytes": 1, "connections": 0, "body_byte": 1}, "listen": ["unix:/a"], \#
            \#(Document.endpoints)
            """#,
            [
                #"c:2:38: webhook.limits.body_bytes: must be between 256 and 67108864, found 1"#,
                #"c:2:56: webhook.limits.connections: must be between 1 and 1000000, found 0"#,
                #"c:2:59: webhook.limits.body_byte: unknown key; did you mean 'body_bytes'?"#,
            ]
        ),
        Mistake(
            .webhook,
            #"""
            "limits": {"header_time": "1ms", "requests_per_connection": 0, "idle_time": "2h"}, "listen": \#
            ["unix:/a"], \#(Document.endpoints)
            """#,
            [
                #"c:2:39: webhook.limits.header_time: must be between 250ms and 1h, found 1ms"#,
                #"c:2:73: webhook.limits.requests_per_connection: must be at least 1, found 0"#,
                #"c:2:89: webhook.limits.idle_time: must be between 250ms and 1h, found 2h"#,
            ]
        ),
    ])
    func webhook(_ mistake: Mistake) { mistake.check() }

    /// Every form of a secret, with what can be wrong about it.
    @Test(arguments: [
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": [{"env": "NOPE"}]}]"#,
            [#"c:2:85: webhook.endpoints[0].secrets[0].env: the environment variable NOPE is not set"#]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": [{"credential": "linq"}]}]"#,
            [
                #"""
                c:2:92: webhook.endpoints[0].secrets[0].credential: there is no credential "linq": \#
                CREDENTIALS_DIRECTORY is not set; the service's unit needs LoadCredential=linq:PATH
                """#
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": [{"file": "/etc/linq"}]}]"#,
            [
                #"""
                c:2:86: webhook.endpoints[0].secrets[0].file: cannot read it: open /etc/linq: No such file or \#
                directory
                """#
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": [{"evn": "LINQ"}]}]"#,
            [
                #"""
                c:2:77: webhook.endpoints[0].secrets[0]: expected exactly one of "credential", "env" and \#
                "file"
                """#,
                #"c:2:78: webhook.endpoints[0].secrets[0].evn: unknown key; did you mean 'env'?"#,
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": [{}]}]"#,
            [
                #"""
                c:2:77: webhook.endpoints[0].secrets[0]: expected exactly one of "credential", "env" and \#
                "file"
                """#
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": [7]}]"#,
            [
                #"""
                c:2:77: webhook.endpoints[0].secrets[0]: expected {"credential": "NAME"}, {"env": "NAME"}, \#
                {"file": "PATH"} or a text
                """#
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": [""]}]"#,
            [#"c:2:77: webhook.endpoints[0].secrets[0]: is empty"#]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": ["whsec_"]}]"#,
            [
                #"""
                c:2:77: warning: webhook.endpoints[0].secrets[0]: is a secret written into the file; refer to \#
                it as {"credential": "NAME"} or {"env": "NAME"}
                """#,
                #"""
                c:2:77: webhook.endpoints[0].secrets[0]: is not a webhook secret: whsec_ must be followed by \#
                base64
                """#,
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": ["whsec_hunter2!"]}]"#,
            [
                #"""
                c:2:77: warning: webhook.endpoints[0].secrets[0]: is a secret written into the file; refer to \#
                it as {"credential": "NAME"} or {"env": "NAME"}
                """#,
                #"""
                c:2:77: webhook.endpoints[0].secrets[0]: is not a webhook secret: whsec_ must be followed by \#
                base64
                """#,
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": ["hunter2"]}]"#,
            [
                #"""
                c:2:77: warning: webhook.endpoints[0].secrets[0]: does not begin with whsec_, as Linq's \#
                secrets do
                """#,
                #"""
                c:2:77: warning: webhook.endpoints[0].secrets[0]: is a secret written into the file; refer to \#
                it as {"credential": "NAME"} or {"env": "NAME"}
                """#,
            ]
        ),
        Mistake(
            .webhook,
            #""listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": ["whsec_hunter22"]}]"#,
            [
                #"""
                c:2:77: warning: webhook.endpoints[0].secrets[0]: has a key of 6 bytes; 24 to 64 are customary
                """#,
                #"""
                c:2:77: warning: webhook.endpoints[0].secrets[0]: is a secret written into the file; refer to \#
                it as {"credential": "NAME"} or {"env": "NAME"}
                """#,
            ]
        ),
        Mistake(
            .webhook,
            #"""
            "listen": ["unix:/a"], "endpoints": [{"path": "/a", "secrets": \#
            ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]}]
            """#,
            [
                #"""
                c:2:77: warning: webhook.endpoints[0].secrets[0]: is a secret written into the file; refer to \#
                it as {"credential": "NAME"} or {"env": "NAME"}
                """#
            ]
        ),
    ])
    func secrets(_ mistake: Mistake) { mistake.check() }
}
