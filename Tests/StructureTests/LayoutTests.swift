import Testing

@Suite struct LayoutTests {
    /// What the top of the repository holds, and Package.resolved, which SwiftPM writes.
    private static let topLevel: Set<String> = [
        "Package.swift", "Package.resolved", "Sources", "Tests", "deploy", "config.example.json", "README.md",
    ]

    @Test("The top of the repository is tidy")
    func topLevelIsTidy() throws {
        for name in try Repository.names(in: "") where !name.hasPrefix(".") {
            #expect(Self.topLevel.contains(name), "\(name) has no place at the top of the repository")
        }
    }

    @Test("Every target has its tests beside it")
    func targetsHaveTests() throws {
        for target in try Repository.names(in: "Sources") {
            if target == "linewarden" || ImportTable.libraries.contains(target) { continue }
            #expect(Repository.exists("Tests/\(target)Tests"), "Sources/\(target) has no Tests/\(target)Tests")
        }
    }
}
