import Crypto
import JSON
import Testing

@testable import Hooks

@Suite struct HookURLTests {
    @Test(arguments: [
        ("https://hooks.slack.com/services/T0/B0/hunter2", "https://hooks.slack.com"),
        ("HTTPS://Ops.Example.com/hunter2", "https://Ops.Example.com"),
        ("http://127.0.0.1:8080/x?key=hunter2", "http://127.0.0.1:8080"),
        ("https://example.com", "https://example.com"), ("https://example.com?hunter2", "https://example.com"),
        ("https://example.com#hunter2", "https://example.com"),
        ("https://[2001:db8::1]:8443/hunter2", "https://[2001:db8::1]:8443"),
        // A user and a password are secrets as well, wherever their author put an @.
        ("https://hunter2@example.com/x", "https://example.com"),
        ("https://user:hunter2@example.com", "https://example.com"),
        ("https://user:hunter2@hunter2@example.com/@x", "https://example.com"),
        ("https://example.com/@hunter2", "https://example.com"),
    ])
    func onlyTheOriginIsShown(text: String, origin: String) throws {
        let url = try #require(HookURL(text))
        #expect(url.origin == origin)
        #expect(url.secret.exposed == text)
        var dumped = ""
        dump(url, to: &dumped)
        for shown in ["\(url)", String(reflecting: url), "\(Optional(url) as Any)", "\([url])", dumped] {
            #expect(!shown.contains("hunter2"), "\(shown)")
        }
    }

    @Test(arguments: [
        "", "https", "https:", "https://", "https:///path", "https://?x", "https://#x", "https://user@",
        "https://user@/path", "ftp://example.com", "file:///etc/passwd", "example.com", "//example.com",
        " https://example.com", "https://example.com ", "https://exa mple.com", "https://example.com/a\nb",
        "https://example.com/\u{0}", "https://example.com/é", "javascript:alert(1)", "httpss://example.com",
    ])
    func whatIsNoURL(text: String) { #expect(HookURL(text) == nil) }

    @Test(arguments: [
        (#""https://example.com/x""#, []), (#""http://127.0.0.1:80/x""#, []), (#""http://127.8.9.10""#, []),
        (#""http://localhost:9999""#, []), (#""HTTP://LOCALHOST/""#, []), (#""http://[::1]:80/""#, []),
        (#"{"env": "URL"}"#, []),
        (#""http://example.com/hunter2""#, [Self.warning]), (#""http://10.0.0.1""#, [Self.warning]),
        // Somebody else's names.
        (#""http://127.0.0.1.example.com/""#, [Self.warning]), (#""http://localhost.example.com/""#, [Self.warning]),
        (#""http://localhost@example.com/""#, [Self.warning]),
        (#""ftp://example.com/hunter2""#, ["c:1:9: url: is not an http or https URL"]),
        (#"7"#, [#"c:1:9: url: expected {"credential": "NAME"}, {"env": "NAME"}, {"file": "PATH"} or a text"#]),
        (#"{"env": "NOPE"}"#, ["c:1:17: url.env: the environment variable NOPE is not set"]),
        (#"{"env": "NO_URL"}"#, ["c:1:9: url: is not an http or https URL"]),
    ])
    func reading(value: String, problems: [String]) {
        let secrets = secretSource(["URL": "https://hooks.slack.com/hunter2", "NO_URL": "hunter2"])
        let source = SourceText(name: "c", bytes: Array(#"{"url": \#(value)}"#.utf8))
        let (url, found) = ConfigurationReader.read(source: source) { HookURL.read($0.required("url"), secrets) }
        #expect(found.map(\.description) == problems)
        #expect((url == nil) == problems.contains { !$0.contains(": warning: ") })
    }

    private static let warning = "c:1:9: warning: url: sends unencrypted to another machine; use https://"
}
