// swift-tools-version: 6.2
// Layers and edges: see Tests/StructureTests. Data flows from HTTPServer to Hooks; only an outcome row flows back.
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

/// A target with its tests beside it: `Sources/NAME` and `Tests/NAMETests`.
func layer(_ name: String, _ dependencies: [Target.Dependency] = [], embedding files: [String] = []) -> [Target] {
    [
        .target(
            name: name,
            dependencies: dependencies,
            // As bytes in the program: a bundle beside it would have to be found, and Foundation to find it.
            resources: files.map { .embedInCode($0) },
            swiftSettings: strict
        ),
        .testTarget(
            name: "\(name)Tests",
            dependencies: [.init(stringLiteral: name), "TestSupport"] + dependencies,
            swiftSettings: strict
        ),
    ]
}

func library(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
    name: "linewarden",
    products: [.executable(name: "linewarden", targets: ["linewarden"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        // The hook `command`: a process group of its own, no inherited descriptor, no blocked thread and no zombie are
        // what posix_spawn, pidfd and epoll give to who gets every detail right. Without traits it brings no Foundation.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        // Its paths and error numbers are in its interface.
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        // Of the benchmark alone: latencies are told as everybody else tells them.
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        library("CLinux", apt: "libc6-dev"),
        library("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
        library("CSystemd", pkgConfig: "libsystemd", apt: "libsystemd-dev"),
        library("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        .executableTarget(
            name: "linewarden",
            dependencies: [
                "Daemon", "Settings", "Ledger", "Hooks", "Routing", "Lines", "Linq", "HTTPServer", "HTTPClient",
                "HTTPWire", "Crypto", "Systemd",
                "Posix", "JSON", "Chrono", .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "StructureTests", swiftSettings: strict),
        // What measures, with Tests/bench/run; nothing of it is in the program.
        .systemLibrary(name: "CBench", path: "Tests/bench/CBench"),
        .executableTarget(
            name: "linewarden-bench",
            dependencies: [
                "CBench", "Ledger", "Intake", "Linq", "Lines", "HTTPServer", "HTTPWire", "Crypto", "Posix", "JSON",
                "Chrono",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/bench/Sources",
            swiftSettings: strict
        ),
        .testTarget(name: "BenchTests", dependencies: ["linewarden-bench", "TestSupport"], swiftSettings: strict),
        // What tests of several layers need: a directory, a clock, random numbers that are always the same.
        .target(
            name: "TestSupport",
            dependencies: ["Posix", "Chrono"],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
    ]
        // Pure: bytes and values in, bytes and values out.
        + layer("Chrono")
        + layer("JSON", ["Chrono"])
        + layer("Metrics")
        + layer("HTTPWire")
        + layer("Lines", ["Chrono"])
        + layer("Routing", ["Lines", "Chrono"])
        // The system and its libraries.
        + layer("Posix", ["CLinux", "Chrono"])
        + layer("Crypto", ["COpenSSL", "Posix", "JSON"])
        + layer("SQLite", ["CSQLite", "Posix"])
        + layer("Systemd", ["CSystemd", "Posix"])
        + layer("HTTPServer", ["Posix", "HTTPWire", "Crypto", "Metrics", "Chrono"])
        + layer("HTTPClient", ["CCurl", "Posix", "Chrono"])
        // What linewarden is.
        + layer("Linq", ["Crypto", "HTTPClient", "Lines", "Posix", "JSON", "Chrono"])
        + layer("Intake", ["Linq", "HTTPWire", "Lines", "Crypto", "JSON", "Chrono"])
        + layer("Ledger", ["SQLite", "Lines", "Posix", "Metrics", "Chrono"])
        + layer(
            "Hooks",
            [
                "HTTPClient", "Linq", "Lines", "Posix", "Crypto", "JSON", "Chrono",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        )
        + layer("Delivery", ["Ledger", "Routing", "Hooks", "Lines", "Posix", "Metrics", "JSON", "Chrono"])
        + layer(
            "Settings",
            [
                "Routing", "Hooks", "Intake", "HTTPServer", "HTTPClient", "HTTPWire", "Linq", "Lines", "Posix",
                "Crypto",
                "JSON", "Chrono",
            ]
        )
        + layer(
            "Daemon",
            [
                "Settings", "Delivery", "Ledger", "Intake", "HTTPServer", "HTTPClient", "HTTPWire", "Hooks", "Routing",
                "Lines", "Linq", "Systemd", "Crypto", "Metrics", "Posix", "JSON", "Chrono",
                .product(name: "Logging", package: "swift-log"),
            ],
            embedding: ["Page/page.html", "Page/page.css", "Page/page.js"]
        )
)
