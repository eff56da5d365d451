/// Which module may import which: the architecture, as Package.swift has it.
///
/// SwiftPM does not hold anybody to it (a transitive import that is not declared compiles), so these tests do. Data flows from HTTPServer to Hooks; only an outcome row flows back. Adding an edge here is a change of the design.
enum ImportTable {
    /// Values and words that belong to nobody; every target may import them, but they import only what is said here.
    static let base: [String: Set<String>] = [
        "Chrono": [],
        "Metrics": [],
        "JSON": ["Chrono"],
    ]

    static let targets: [String: Set<String>] = [
        // Pure: bytes and values in, bytes and values out.
        "HTTPWire": [],
        "Lines": [],
        "Routing": ["Lines"],
        // The system and its libraries.
        "Posix": ["CLinux", "Glibc", "Dispatch"],
        "Crypto": ["COpenSSL", "Posix"],
        "SQLite": ["CSQLite", "Posix"],
        "Systemd": ["CSystemd", "Posix"],
        "HTTPServer": ["Posix", "HTTPWire", "Crypto"],
        "HTTPClient": ["CCurl", "Posix"],
        // What linewarden is.
        "Linq": ["Crypto", "HTTPClient", "Lines", "Posix"],
        "Intake": ["Linq", "HTTPWire", "Lines", "Crypto"],
        "Ledger": ["SQLite", "Lines", "Posix"],
        "Hooks": ["HTTPClient", "Linq", "Lines", "Posix", "Crypto", "Subprocess", "SystemPackage"],
        "Delivery": ["Ledger", "Routing", "Hooks", "Lines", "Posix"],
        "Settings": [
            "Routing", "Hooks", "Intake", "HTTPServer", "HTTPClient", "HTTPWire", "Linq", "Lines", "Posix", "Crypto",
        ],
        "Daemon": [
            "Settings", "Delivery", "Ledger", "Intake", "HTTPServer", "HTTPClient", "HTTPWire", "Hooks", "Routing",
            "Lines", "Linq", "Systemd", "Crypto", "Posix", "Logging",
        ],
        // The commands: all of them thin, but each on top of what it shows. `doctor` looks at the ledger without a
        // daemon, and tries hooks out.
        "linewarden": [
            "Daemon", "Settings", "Ledger", "Hooks", "Routing", "Lines", "Linq", "HTTPServer", "HTTPClient", "HTTPWire",
            "Crypto", "Systemd", "Posix", "ArgumentParser", "Logging",
        ],
    ]

    /// Each C library has one importer, which hides it from everybody else.
    static let libraries = ["CLinux", "COpenSSL", "CSQLite", "CSystemd", "CCurl"]

    /// No more of the standard library's modules than these may be imported without being listed above.
    static let everywhere: Set<String> = ["Synchronization"]

    /// Files that import what their target should not, by path: the modules, and beside them the reason in a comment.
    static let unavoidable: [String: Set<String>] = [:]

    /// What tests may import besides their target and what that imports.
    static let inTests: Set<String> = ["Testing", "TestSupport", "Glibc", "FoundationEssentials"]

    /// What the fuzz targets feed, and their common part; they are programs of their own (Tests/fuzz).
    static let inFuzzTargets: Set<String> = [
        "HTTPWire", "Linq", "Intake", "Lines", "Settings", "Routing", "Hooks", "Crypto", "Posix", "JSON", "Chrono",
        "Harness", "CSanitizer", "Glibc",
    ]

    /// What measures (Tests/bench): the daemon's own parts that sign, serve and store, and peers in packages of their own.
    static let inBench: Set<String> = [
        "Ledger", "Intake", "Linq", "Lines", "HTTPServer", "HTTPWire", "Crypto", "Posix", "JSON", "Chrono", "CBench",
        "Histogram", "ArgumentParser", "Synchronization", "Glibc", "FoundationEssentials", "PackageDescription",
        "Hummingbird", "HTTPTypes", "Logging",
    ]

    /// What a target under `Sources` may import; nil for one that is not in the table.
    static func allowed(_ target: String) -> Set<String>? {
        if let base = base[target] { return base.union(everywhere) }
        return targets[target].map { $0.union(base.keys).union(everywhere) }
    }

    /// What the tests in a folder such as `PosixTests` may import; nil for one that is not in the table.
    static func allowedInTests(_ folder: String) -> Set<String>? {
        if folder == "StructureTests" { return inTests }
        if folder == "Fuzz" { return inFuzzTargets }
        if folder == "bench" { return inBench }
        if folder == "BenchTests" { return inBench.union(inTests).union(["linewarden_bench"]) }
        if folder == "TestSupport" { return ["Posix", "Chrono", "Glibc", "Synchronization"] }
        guard folder.hasSuffix("Tests") else { return nil }
        let target = String(folder.dropLast("Tests".count))
        return allowed(target)?.union(inTests).union([target])
    }
}
