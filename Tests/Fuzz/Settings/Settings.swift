import Crypto
import Harness
import Hooks
import JSON
import Posix
import Routing
import Settings

/// Input: a configuration file.
///
/// One with a `tls` anywhere is no input (-1): OpenSSL would open the files that it names.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Input(data, count).rest
    if let document = try? JSON.parse(bytes), document.names("tls") { return -1 }
    let source = SourceText(name: "c", bytes: bytes)
    let problems: [ConfigurationProblem]
    switch SettingsLoader.read(source, secrets: Machine.secrets) {
    case .loaded(let settings, let warnings):
        claim(warnings.allSatisfy(\.isWarning), "loaded in spite of \(warnings)")
        checkSettings(settings, bytes)
        problems = warnings
    case .bad(let found):
        claim(found.contains { !$0.isWarning }, "refused for \(found)")
        problems = found
    case .unreadable(let reason):
        claim(false, reason)
        return 0
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for problem in problems { checkProblem(problem, lines) }
    checkSecrets(problems.map(\.description).joined(separator: "\n"), bytes)
    return 0
}

/// Every problem lies within the document and says what it is.
private func checkProblem(_ problem: ConfigurationProblem, _ lines: [ArraySlice<UInt8>]) {
    claim(!problem.message.isEmpty && problem.file == "c", "\(problem)")
    claim((1...lines.count).contains(problem.line), "\(problem), but there are \(lines.count) lines")
    let line = lines[problem.line - 1]
    // The bytes 10xxxxxx continue a scalar; the end of a line is a place too.
    let columns = line.count { $0 & 0xC0 != 0x80 } + 1
    claim((1...columns).contains(problem.column), "\(problem), but there are \(columns) columns")
}

/// Settings without which the daemon could not work are there.
private func checkSettings(_ settings: Settings, _ bytes: [UInt8]) {
    let (webhook, names) = (settings.webhook, Set(settings.hooks.map(\.name)))
    claim(!webhook.listen.isEmpty && !webhook.endpoints.isEmpty && webhook.tls == nil, "nothing arrives")
    claim(webhook.endpoints.allSatisfy { !$0.secrets.isEmpty && $0.path.hasPrefix("/") }, "an endpoint without proof")
    claim(Set(webhook.endpoints.map(\.path)).count == webhook.endpoints.count, "two endpoints with one path")
    claim(settings.stateDirectory.hasPrefix("/"), settings.stateDirectory)
    claim(settings.admin.token != nil || settings.admin.listen.allSatisfy(\.isLocal), "admin is open to everybody")
    for rule in settings.routing.rules {
        claim(names.isSuperset(of: rule.pause + rule.slow + rule.page), "\(rule) names hooks that are not there")
    }
    claim(names.isSuperset(of: settings.alertHooks), "alerts go to hooks that are not there")
    let summary = SettingsSummary(settings)
    checkSecrets(summary.text + summary.routes.text(), bytes)
    claim((try? JSON.parse(summary.routes.bytes())) == summary.routes, "the routes are no JSON")
}

/// No secret is shown, unless the document itself has it for a name.
private func checkSecrets(_ text: String, _ bytes: [UInt8]) {
    guard text.contains(Machine.mark) else { return }
    claim(String(decoding: bytes, as: UTF8.self).contains(Machine.mark), text)
}

extension JSON {
    /// Whether any object in it has this key.
    fileprivate func names(_ key: String) -> Bool {
        switch kind {
        case .array(let elements): elements.contains { $0.names(key) }
        case .object(let members): members.contains { $0.key == key || $0.value.names(key) }
        default: false
        }
    }
}
