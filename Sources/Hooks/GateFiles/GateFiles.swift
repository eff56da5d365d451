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

    func probe() async -> Reach {
        if let failure = File.isUsable(directory: directory) {
            return .unreachable("no files can be made in \(directory): \(failure.description)")
        }
        return .reached("files can be made in \(directory)")
    }

    /// Makes the directory hold exactly what the ledger knows.
    ///
    /// `/run` is empty after a reboot, a file may have been removed, left over or changed, and a crash leaves unfinished
    /// ones behind. A file that is right is not touched.
    func restore(_ held: [HeldLine]) async -> Failure? {
        do throws(PosixError) {
            try File.makeDirectory(directory)
            let wanted = Set(held.map(\.line.description))
            for name in try File.names(in: directory) where !wanted.contains(name) {
                if PhoneNumber(name) != nil || Self.isUnfinished(name) { try File.remove("\(directory)/\(name)") }
            }
            for line in held where !isThere(line) { try File.replace(path(line.line), with: line.payload) }
            return nil
        } catch {
            return Failure("file", error.description)
        }
    }

    /// What cannot be read is to be replaced as well.
    private func isThere(_ line: HeldLine) -> Bool {
        (try? File.read(path(line.line), limit: line.payload.count)) == line.payload
    }

    /// `.+12025551234.4711.3.new`: what `File.replace` was writing when the process died.
    private static func isUnfinished(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, PhoneNumber(String(parts[1])) != nil, parts[4] == "new" else {
            return false
        }
        return parts[2...3].allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
    }

    private func path(_ line: PhoneNumber) -> String { "\(directory)/\(line)" }
}
