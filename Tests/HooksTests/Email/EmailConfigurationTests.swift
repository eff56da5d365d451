import Crypto
import JSON
import Posix
import Testing

@testable import Hooks

@Suite struct EmailConfigurationTests {
    static func read(_ keys: String) -> (configuration: EmailConfiguration?, problems: [String]) {
        let secrets = SecretSource(
            environment: { $0 == "PASSWORD" ? "hunter2" : nil },
            file: { path in
                if path == "/ca.pem" { return Array("-----BEGIN CERTIFICATE-----".utf8) }
                if path == "/empty.pem" { return [] }
                throw PosixError(call: "open", code: PosixError.notFound, subject: path)
            }
        )
        let text = #"{"type": "email", \#(keys)}"#
        let (hook, problems) = ConfigurationReader.read(source: SourceText(name: "c", bytes: Array(text.utf8))) {
            HookSettings.read(name: "a", $0, secrets)
        }
        // Without the place, which other tests are about.
        return (
            hook?.kind as? EmailConfiguration,
            problems.map { $0.description.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? "" }
        )
    }

    private static let people = #""from": "w@example.org", "to": ["ops@example.com"]"#

    @Test(arguments: [
        ("smtps://mail.example.com", "smtps://mail.example.com:465"), ("smtp://mail", "smtp://mail:587"),
        ("SMTPS://mail.example.com:2465", "smtps://mail.example.com:2465"), ("smtp://[::1]:25", "smtp://[::1]:25"),
        ("smtp://192.0.2.1", "smtp://192.0.2.1:587"),
    ])
    func servers(url: String, description: String) throws {
        let (configuration, problems) = Self.read(#""url": "\#(url)", \#(Self.people)"#)
        #expect(problems == [])
        #expect(configuration?.summary == "mail to ops@example.com through \(description)")
        #expect(configuration?.isEncrypted == true && configuration?.login == nil)
        let ehlo = try #require(configuration?.ehlo)
        #expect(ehlo.contains(".") && HostName.isName(ehlo))
    }

    @Test func everyKey() throws {
        let keys = #"""
            "url": "smtp://localhost:25", "from": "w@example.org", "to": ["a@example.com", "b@example.com"], "tls": "none",
            "username": "w", "password": {"env": "PASSWORD"}, "ehlo": "warden.example.org", "ca": "/ca.pem"
            """#
        let (configuration, problems) = Self.read(keys)
        #expect(problems == [])
        #expect(configuration?.summary == "mail to 2 recipients through smtp://localhost:25, unencrypted")
        #expect(configuration?.ehlo == "warden.example.org" && configuration?.authorities == "/ca.pem")
        #expect(configuration?.login?.password.exposed == "hunter2" && !"\(configuration as Any)".contains("hunter2"))
    }

    @Test(arguments: [
        (
            #""url": "mail.example.com""#,
            #"url: must be such as "smtps://mail.example.com" (TLS, port 465) or "smtp://mail.example.com" (STARTTLS, port 587)"#
        ),
        (#""url": "smtps://u:p@mail.example.com""#, "url: holds a user; use the keys username and password"),
        (
            #""url": "smtps://mail.example.com/x""#,
            "url: holds a path, which a mail server does not have; the name for EHLO is the key ehlo"
        ),
        (#""url": "smtps://""#, "url: does not name a host"), (#""url": "smtps://a b""#, "url: does not name a host"),
        (#""url": "smtps://mail\r\nx""#, "url: does not name a host"),
        (#""url": "smtps://[::1""#, "url: does not name a host"),
        (#""url": "smtps://mail:0""#, "url: has a port that is not a number from 1 to 65535"),
        (#""url": "smtps://mail:x""#, "url: has a port that is not a number from 1 to 65535"),
        (#""url": "smtps://mail", "tls": "none""#, "tls: contradicts smtps://"),
        (
            #""url": "smtp://mail", "tls": "none""#,
            "tls: may be none only for a server on this machine, such as smtp://127.0.0.1:25"
        ),
        (
            #""url": "smtp://127.0.0.1.example.com", "tls": "none""#,
            "tls: may be none only for a server on this machine, such as smtp://127.0.0.1:25"
        ),
        (#""url": "smtps://mail", "username": "w""#, "username: needs a password"),
        (#""url": "smtps://mail", "password": {"env": "PASSWORD"}"#, "password: needs a username"),
        (
            #""url": "smtps://mail", "ehlo": "my host""#,
            #"ehlo: is not the name of a host, such as "warden.example.com""#
        ),
        (#""url": "smtps://mail", "ca": "/empty.pem""#, "ca: has no certificate in PEM form"),
    ])
    func mistakes(keys: String, problem: String) {
        #expect(Self.read("\(keys), \(Self.people)").problems == [problem])
    }

    @Test(arguments: [
        "", "ops", "@example.com", "ops@", "a@b@c", "a b@example.com", "a@exa mple.com", "a@example.com\\r\\nBcc: b@c",
        "a@-x.com",
        "<a@example.com>", "Ops <a@example.com>", ".a@example.com", "a..b@example.com", "é@example.com",
        "a@éxample.com",
        "a@example.com,b@example.com", "\\\"a\\\"@example.com", "a@[127.0.0.1]",
    ])
    func addresses(text: String) {
        let problem = #"is not a plain mail address such as "ops@example.com""#
        let (configuration, problems) = Self.read(#""url": "smtps://mail", "from": "\#(text)", "to": ["\#(text)"]"#)
        #expect(problems == ["from: \(problem)", "to[0]: \(problem)"] && configuration == nil)
    }

    @Test func recipients() {
        #expect(
            Self.read(#""url": "smtps://mail", "from": "w@x", "to": []"#).problems == [
                "to: is empty: name at least one address"
            ]
        )
        let twice = Self.read(#""url": "smtps://mail", "from": "w@x", "to": ["a@x", "a@x"]"#)
        #expect(twice.problems == ["to[1]: is there already"])
    }
}
