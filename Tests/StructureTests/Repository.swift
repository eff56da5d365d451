import FoundationEssentials

/// The tree this test was compiled from, as text.
enum Repository {
    struct File {
        /// Relative to the root, such as `Sources/Posix/Clock.swift`.
        let path: String
        let text: String

        /// The text without comments and the contents of string literals.
        var code: String { SwiftText.code(of: text) }
        var lineCount: Int { text.utf8.count { $0 == UInt8(ascii: "\n") } }
        /// `Posix` of `Sources/Posix/Clock.swift`.
        var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
        var isSource: Bool { path.hasPrefix("Sources/") }
    }

    /// Three names up from this file: `Tests/StructureTests/Repository.swift`.
    static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// All files below `Sources` and `Tests` whose names end so.
    static func files(_ endings: String...) -> [File] {
        ["Sources", "Tests"].flatMap { folder in
            ((try? FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")) ?? []).sorted().compactMap {
                path in
                endings.contains { path.hasSuffix($0) } ? read("\(folder)/\(path)") : nil
            }
        }
    }

    static func read(_ path: String) -> File? {
        guard let bytes = FileManager.default.contents(atPath: "\(root)/\(path)") else { return nil }
        return File(path: path, text: String(decoding: bytes, as: UTF8.self))
    }

    /// The names in a folder; of the root with an empty path.
    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").sorted()
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(path)") }
}
