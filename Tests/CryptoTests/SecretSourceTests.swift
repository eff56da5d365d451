import JSON
import Posix
import Testing

@testable import Crypto

@Suite struct SecretSourceTests {
    /// A machine with a few variables and files.
    private static let variables = [
        "KEY": "k1", "EMPTY": "", "SPACED": " k2\n", "CREDENTIALS_DIRECTORY": "/run/credentials/linewarden.service",
    ]
    private static let files = [
        "/run/credentials/linewarden.service/linq": "from systemd\n", "/etc/key": "from a file\r\n\n",
        "/etc/inner": "one\ntwo", "/etc/blank": "\n\n", "/etc/empty": "",
    ]

    private static func source(without variable: String? = nil) -> SecretSource {
        SecretSource(
            environment: { $0 == variable ? nil : variables[$0] },
            file: { path in
                guard let text = files[path] else {
                    throw PosixError(call: "open", code: PosixError.notFound, subject: path)
                }
                return Array(text.utf8)
            }
        )
    }

    @Test(arguments: [
        (#"{"env": "KEY"}"#, "k1"),
        // A variable is taken as it is: a shell and systemd write no newline into one.
        (#"{"env": "SPACED"}"#, " k2\n"),
        (#"{"credential": "linq"}"#, "from systemd"),
        (#"{"file": "/etc/key"}"#, "from a file"),
        (#"{"file": "/etc/inner"}"#, "one\ntwo"),
    ])
    func finds(reference: String, value: String) {
        #expect(secret(reference) == .init(value: value, problems: []))
        #expect(text(reference) == .init(value: value, problems: []))
    }

    @Test func aLiteralSecretIsAWarning() {
        let warning =
            "c:1:7: warning: s: is a secret written into the file; "
            + #"refer to it as {"credential": "NAME"} or {"env": "NAME"}"#
        #expect(secret(#""hunter2""#) == .init(value: "hunter2", problems: [warning]))
    }

    @Test func aLiteralTextIsNone() {
        #expect(text(#""https://example.com""#) == .init(value: "https://example.com", problems: []))
    }

    private static let form = #"expected {"credential": "NAME"}, {"env": "NAME"}, {"file": "PATH"} or a text"#

    @Test(arguments: [
        (#""""#, ["c:1:7: s: is empty"]),
        ("7", ["c:1:7: s: \(form)"]),
        ("null", ["c:1:7: s: \(form)"]),
        (#"[{"env": "KEY"}]"#, ["c:1:7: s: \(form)"]),
        ("{}", [#"c:1:7: s: expected exactly one of "credential", "env" and "file""#]),
        (
            #"{"env": "KEY", "file": "/etc/key"}"#,
            [#"c:1:7: s: expected exactly one of "credential", "env" and "file""#]
        ),
        (
            #"{"evn": "KEY"}"#,
            [
                #"c:1:7: s: expected exactly one of "credential", "env" and "file""#,
                "c:1:8: s.evn: unknown key; did you mean 'env'?",
            ]
        ),
        (#"{"env": 7}"#, ["c:1:15: s.env: expected a string, found a number"]),
        (#"{"env": ""}"#, ["c:1:15: s.env: is empty"]),
        (#"{"file": ""}"#, ["c:1:16: s.file: is empty"]),
        (#"{"env": "NOPE"}"#, ["c:1:15: s.env: the environment variable NOPE is not set"]),
        (#"{"env": "EMPTY"}"#, ["c:1:15: s.env: the environment variable EMPTY is empty"]),
        (#"{"file": "/etc/empty"}"#, ["c:1:16: s.file: the file /etc/empty is empty"]),
        (#"{"file": "/etc/blank"}"#, ["c:1:16: s.file: the file /etc/blank is empty"]),
        (
            #"{"file": "/etc/nope"}"#,
            ["c:1:16: s.file: cannot read it: open /etc/nope: No such file or directory"]
        ),
        (
            #"{"credential": "nope"}"#,
            [
                "c:1:22: s.credential: cannot read it: "
                    + "open /run/credentials/linewarden.service/nope: No such file or directory"
            ]
        ),
    ])
    func complains(reference: String, problems: [String]) {
        #expect(secret(reference) == .init(value: nil, problems: problems))
        #expect(text(reference) == .init(value: nil, problems: problems))
    }

    @Test func withoutSystemdThereAreNoCredentials() {
        let found = secret(#"{"credential": "linq"}"#, Self.source(without: "CREDENTIALS_DIRECTORY"))
        let problem =
            #"c:1:22: s.credential: there is no credential "linq": CREDENTIALS_DIRECTORY is not set; "#
            + "the service's unit needs LoadCredential=linq:PATH"
        #expect(found == .init(value: nil, problems: [problem]))
    }

    @Test func theSystemHasAnEnvironmentAndFiles() throws {
        #expect(SecretSource.system.environment("PATH")?.isEmpty == false)
        #expect(SecretSource.system.environment("LINEWARDEN_NO_SUCH_VARIABLE") == nil)
        #expect(try SecretSource.system.file("/proc/self/comm").isEmpty == false)
        #expect(throws: PosixError.self) { try SecretSource.system.file("/proc/no such file") }
        // A wrong path must not be read for ever.
        #expect(throws: PosixError.self) { try SecretSource.system.file("/dev/zero") }
    }

    private struct Found: Equatable {
        let value: String?
        let problems: [String]
    }

    private func secret(_ json: String, _ source: SecretSource = source()) -> Found {
        read(json) { source.secret($0)?.exposed }
    }

    private func text(_ json: String) -> Found { read(json) { Self.source().text($0) } }

    private func read(_ json: String, _ body: (ValueReader) -> String?) -> Found {
        var value: String?
        let source = SourceText(name: "c", bytes: Array(#"{"s": \#(json)}"#.utf8))
        let problems = ConfigurationReader.read(source: source) { root -> Bool? in
            value = root.required("s").flatMap(body)
            return true
        }.problems
        return Found(value: value, problems: problems.map(\.description))
    }
}
