import Chrono
import Crypto
import Posix
import Testing

@testable import Hooks

/// A hook that has the shell run a script; a program that is told to end has 200 ms for it, unless it is given more.
func command(
    _ script: String,
    timeout: Span = .seconds(30),
    grace: Span = .milliseconds(200),
    environment: [String: String] = [:],
    directory: String = "/",
    concurrency: Int = 4
) -> Command {
    // As the daemon does: one that does not read its input must not end who writes it.
    Process.ignoreBrokenPipes()
    let path = ["PATH": "/usr/bin:/bin"]
    let configuration = CommandConfiguration(
        program: "/bin/sh",
        arguments: ["-c", script],
        environment: path.merging(environment) { $1 }.mapValues { Secret($0) },
        directory: directory,
        concurrency: concurrency
    )
    return Command(configuration: configuration, timeout: timeout, grace: grace)
}

extension Outcome {
    /// What was said at length, however it ended.
    var detail: String? {
        if case .delivered(let answer) = self { answer.detail } else { failure?.detail }
    }

    /// The outcome's own word and the label: `retry exit_75`.
    var word: String {
        switch self {
        case .delivered(let answer): "delivered \(answer.description)"
        case .retry(nil, let failure): "retry \(failure.label)"
        case .retry(_, let failure): "retry later \(failure.label)"
        case .failed(let failure): "failed \(failure.label)"
        case .broken(let failure): "broken \(failure.label)"
        }
    }
}

/// Whether a process is there and not just waiting to be forgotten, as orphans do where nobody fetches them.
func isAlive(_ pid: Int) -> Bool {
    guard let contents = try? File.read("/proc/\(pid)/stat") else { return false }
    let text = String(decoding: contents, as: UTF8.self)
    return text.split(separator: ")").last?.first { $0 != " " } != "Z"
}

/// The number that a script wrote into a file.
func number(in path: String) throws -> Int {
    let text = String(decoding: try File.read(path), as: UTF8.self)
    return try #require(Int(text.filter(\.isWholeNumber)))
}

/// Polls until something holds; the suite's time limit ends a test that waits in vain.
func until(_ condition: () async -> Bool) async throws {
    while !(await condition()) { try await Task.sleep(for: .milliseconds(5)) }
}
