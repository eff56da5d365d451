package import Chrono
package import Crypto
package import JSON

/// `{"type": "gate_files"}`: one file for each paused line, named by its number.
package struct GateFilesConfiguration: HookConfiguration {
    package static let type = "gate_files"
    package static let roles: Set<HookRole> = [.control]

    let directory: String

    package static func read(_ object: ObjectReader, _ secrets: SecretSource) -> GateFilesConfiguration? {
        guard let reader = object.required("directory"), let directory = reader.string() else { return nil }
        guard directory.hasPrefix("/") else {
            reader.fail("must be an absolute path, because senders look there too")
            return nil
        }
        return GateFilesConfiguration(directory: directory)
    }

    package var summary: String { "files in \(directory)" }

    package func make(name: String, timeout: Span, _ context: HookContext) -> any Hook {
        GateFiles(directory: directory)
    }
}
