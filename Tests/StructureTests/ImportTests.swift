import Testing

@Suite struct ImportTests {
    @Test("Every import is in the table")
    func importsAreAllowed() {
        for file in Repository.files(".swift") {
            let allowed =
                file.isSource ? ImportTable.allowed(file.target) : ImportTable.allowedInTests(file.target)
            guard let allowed else {
                Issue.record("\(file.path): \(file.target) is not in Tests/StructureTests/ImportTable.swift")
                continue
            }
            let granted = allowed.union(ImportTable.unavoidable[file.path] ?? [])
            for each in Imports.all(in: file.code) where !granted.contains(each.module) {
                Issue.record("\(file.path):\(each.line): \(file.target) may not import \(each.module)")
            }
        }
    }

    @Test("Only Intake sees what makes an event verified")
    func intakeSPIStaysInIntake() {
        // Tests make such events to feed the stages behind Intake; a daemon is not built from tests.
        for file in Repository.files(".swift") where file.isSource && file.target != "Intake" {
            for each in Imports.all(in: file.code) where each.isIntakeSPI {
                Issue.record("\(file.path):\(each.line): only Intake may use @_spi(Intake)")
            }
        }
    }

    @Test("Each C library has exactly one importer", arguments: ImportTable.libraries)
    func librariesHaveOneImporter(library: String) {
        let importers = ImportTable.targets.filter { $0.value.contains(library) }.keys
        #expect(importers.count == 1)
    }

    @Test("A folder of C headers is known to be one")
    func librariesAreListed() throws {
        let withModuleMap = try Repository.names(in: "Sources").filter {
            Repository.exists("Sources/\($0)/module.modulemap")
        }
        #expect(Set(withModuleMap) == Set(ImportTable.libraries))
    }

    @Test("Edges point one way")
    func tableHasNoCycle() {
        var finished: Set<String> = []
        func visit(_ target: String, _ path: [String]) {
            if path.contains(target) {
                Issue.record("a cycle: \((path + [target]).joined(separator: " → "))")
                return
            }
            if finished.contains(target) { return }
            for next in (ImportTable.allowed(target) ?? []).sorted() { visit(next, path + [target]) }
            finished.insert(target)
        }
        for target in Set(ImportTable.base.keys).union(ImportTable.targets.keys).sorted() { visit(target, []) }
    }
}
