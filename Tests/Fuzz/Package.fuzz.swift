// Tests/fuzz appends this to Package.swift: the same modules with the same settings, and instead of the daemon and the
// tests one program per fuzz target. A package of its own could not see what is `package`.
private let fuzzed: [(name: String, dependencies: [String])] = [
    ("Parser", ["HTTPWire"]),
    ("Signature", ["Linq", "Crypto", "Chrono"]),
    ("Envelope", ["Intake", "Linq", "Lines", "HTTPWire", "Crypto", "JSON", "Chrono"]),
    ("Settings", ["Settings", "Routing", "Hooks", "Crypto", "JSON", "Posix"]),
]

extension Package {
    /// Leaves the targets that the given ones are built from.
    fileprivate func keep(_ roots: [String]) {
        var wanted = roots
        var kept: Set<String> = []
        while let name = wanted.popLast() {
            guard kept.insert(name).inserted, let target = targets.first(where: { $0.name == name }) else { continue }
            for case .byNameItem(let dependency, _) in target.dependencies { wanted.append(dependency) }
        }
        targets.removeAll { !kept.contains($0.name) }
    }

    /// Leaves the packages that are still asked for: one that nobody uses is a warning.
    fileprivate func dropUnusedPackages() {
        let used = targets.flatMap(\.dependencies).compactMap { dependency -> String? in
            guard case .productItem(_, let package, _, _) = dependency else { return nil }
            return package
        }
        dependencies.removeAll { dependency in
            guard case .sourceControl(_, let location, _) = dependency.kind else { return true }
            return !used.contains { location.hasSuffix("/\($0)") }
        }
    }

    /// Adds the programs; libFuzzer brings their `main`.
    fileprivate func addFuzzTargets() {
        targets.append(.systemLibrary(name: "CSanitizer", path: "Tests/Fuzz/CSanitizer"))
        targets.append(
            .target(name: "Harness", dependencies: ["CSanitizer"], path: "Tests/Fuzz/Harness", swiftSettings: strict)
        )
        for (name, dependencies) in fuzzed {
            targets.append(
                .executableTarget(
                    name: "Fuzz\(name)",
                    dependencies: (dependencies + ["Harness"]).map { .init(stringLiteral: $0) },
                    path: "Tests/Fuzz/\(name)",
                    exclude: [],
                    swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]
                )
            )
        }
    }
}

package.products = []
package.keep(fuzzed.flatMap(\.dependencies))
package.dropUnusedPackages()
package.addFuzzTargets()
