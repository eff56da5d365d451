import JSON
import Lines
import Posix

/// Keeps one file for each paused line, so that any program in any language can ask `test -e`.
///
/// The file's contents are the decision as JSON. It appears and changes in one step; it is there or it is not.
actor GateFiles: Hook {
    private nonisolated let executor = QueueExecutor(label: "gate files")
    private let directory: String

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// One writer suffices, and an order is easier to trust than a race.
    nonisolated var concurrency: Int { 1 }

    nonisolated var showsReasons: Bool { true }

    init(directory: String) { self.directory = directory }

    nonisolated func render(_ message: Message) -> [UInt8] {
        (message.json["data"]?["line"]?.bytes() ?? []) + Array("\n".utf8)
    }

    func deliver(_ attempt: Attempt) async -> Outcome {
        guard let line = attempt.line else {
            return .failed(Failure("no_line", "gate files are about lines, and this message is not"))
        }
        do throws(PosixError) {
            if attempt.type == "line.paused" {
                try File.makeDirectory(directory)
                try File.replace(path(line), with: attempt.payload)
            } else {
                try File.remove(path(line))
            }
            return .delivered(Answer(attempt.type == "line.paused" ? "the file is there" : "the file is gone"))
        } catch {
            return .retry(after: nil, Failure("file", error.description))
        }
    }

    /// `/run` is empty after a reboot, and a file may have been removed or left over: the ledger knows which must be there.
    func restore(_ held: [HeldLine]) async -> Failure? {
        do throws(PosixError) {
            try File.makeDirectory(directory)
            let wanted = Set(held.map(\.line.description))
            for name in try File.names(in: directory) where PhoneNumber(name) != nil && !wanted.contains(name) {
                try File.remove("\(directory)/\(name)")
            }
            let present = Set(try File.names(in: directory))
            for line in held where !present.contains(line.line.description) {
                try File.replace(path(line.line), with: line.payload)
            }
            return nil
        } catch {
            return Failure("file", error.description)
        }
    }

    private func path(_ line: PhoneNumber) -> String { "\(directory)/\(line)" }
}
