import Testing

/// One noun per file: a file that grows beyond this has become two.
@Suite struct FileLengthTests {
    private static let sourceLimit = 250
    private static let testLimit = 400

    /// Files that may be longer, each with the reason why two would be worse.
    private static let exceptions: [String: String] = [
        "Tests/EndToEnd/test_tls.py": "cases around one listener and its certificates",
        "Tests/EndToEnd/test_limits.py": "one table of limits",
        "Tests/EndToEnd/test_admin_door.py": "one table of who may ask what",
        "Tests/EndToEnd/test_smuggling.py": "one corpus of requests",
    ]

    private static let files = Repository.files(".swift", ".h", ".py", "/run")

    @Test("Files are short")
    func filesAreShort() {
        for file in Self.files where Self.exceptions[file.path] == nil {
            let limit = Self.limit(file)
            #expect(file.lineCount <= limit, "\(file.path) has \(file.lineCount) lines, \(limit) are allowed")
        }
    }

    @Test("Every exception is needed")
    func exceptionsAreNeeded() {
        for path in Self.exceptions.keys {
            let isLong = Self.files.contains { $0.path == path && $0.lineCount > Self.limit($0) }
            #expect(isLong, "\(path) is no longer too long; take it out of the exceptions")
        }
    }

    private static func limit(_ file: Repository.File) -> Int { file.isSource ? sourceLimit : testLimit }
}
