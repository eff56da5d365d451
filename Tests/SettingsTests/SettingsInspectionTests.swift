import Crypto
import Hooks
import JSON
import Testing

@testable import Settings

@Suite struct SettingsInspectionTests {
    private func inspect(_ document: Document, without variables: String...) -> SettingsInspection {
        let left = goodVariables.filter { !variables.contains($0.key) }
        return SettingsInspection(SourceText(name: "c", bytes: Array(document.text.utf8)), secretSource(left))
    }

    @Test("Of a good file it says what the loader says, and where its secrets are")
    func good() throws {
        let found = inspect(Document())
        #expect(found.settings != nil && found.problems.allSatisfy(\.isWarning) && !found.hasLinq)
        #expect(found.references.map(\.key) == ["hooks.ops.url", "webhook.endpoints[0].secrets[0]"])
        #expect(found.references.map(\.name) == ["SLACK_WEBHOOK_URL", "LINQ_WEBHOOK_SECRET"])
        #expect(found.references.allSatisfy { $0.form == "env" && $0.isFound && $0.path == nil })
        #expect(found.hookNames == ["gate", "ops"])
    }

    @Test("What does not depend on a mistake is there")
    func missingSecret() throws {
        let found = inspect(Document(), without: "SLACK_WEBHOOK_URL")
        #expect(found.problems.filter { !$0.isWarning }.map(\.key) == ["hooks.ops.url.env"])
        #expect(found.references.filter { !$0.isFound }.map(\.key) == ["hooks.ops.url"])
        let settings = try #require(found.settings)
        #expect(settings.hooks.map(\.name) == ["gate"] && found.hookNames == ["gate", "ops"])
        #expect(settings.stateDirectory == "/var/lib/linewarden")
    }

    @Test("A literal, a credential and a file are told apart, and their place on the machine is known")
    func forms() throws {
        let secrets = SecretSource(
            environment: { $0 == "CREDENTIALS_DIRECTORY" ? "/run/c" : goodVariables[$0] },
            file: { _ in Array("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n".utf8) }
        )
        let list = #"["hunter2", {"credential": "a"}, {"file": "/etc/b"}, {"env": "NOT_SET"}]"#
        let webhook = #""listen": ["127.0.0.1:1"], "endpoints": [{"path": "/", "secrets": \#(list)}]"#
        let found = SettingsInspection(
            SourceText(name: "c", bytes: Array(Document(.webhook, webhook).text.utf8)),
            secrets
        )
        let references = found.references.filter { $0.key.hasPrefix("webhook") }
        #expect(references.map(\.form) == ["literal", "credential", "file", "env"])
        #expect(references.map(\.path) == [nil, "/run/c/a", "/etc/b", nil])
        #expect(references.map(\.isFound) == [true, true, true, false])
        #expect(!references.contains { "\($0)".contains("hunter2") })
    }

    @Test("Of what is no JSON there is nothing but the reason")
    func nonsense() {
        let found = SettingsInspection(SourceText(name: "c", bytes: Array("{".utf8)), secretSource())
        #expect(found.settings == nil && found.problems.count == 1)
        #expect(found.references.isEmpty && found.hookNames.isEmpty)
        #expect(throws: SettingsInspection.Unreadable.self) { _ = try SettingsInspection(path: "/no/such/file") }
    }
}
