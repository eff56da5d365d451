import ArgumentParser
import Glibc
import JSON

/// What the disk allows: a write and an `fdatasync`, again and again, with nothing around them.
struct Storage: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes so many bytes and makes them durable, as one commit of a write-ahead log does."
    )

    @Option(help: "A directory on the disk to measure.")
    var directory = "."

    @Option(help: "Bytes of one commit.")
    var bytes = 4_096

    @Option(help: "Events that such a commit stores: the rate is told of them.")
    var batch = 1.0

    @Option(help: "How long, in seconds.")
    var seconds = 3.0

    @Flag(help: "Print one JSON object.")
    var json = false

    /// The log is written over and over once it has grown, so its length is not news that has to be synchronized.
    private static let logSize = 16 << 20

    func run() throws {
        let path = "\(directory)/storage.\(getpid())"
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw BenchError("\(path) cannot be made (errno \(errno))") }
        defer {
            close(file)
            unlink(path)
        }
        let noise = (0..<bytes).map { _ in UInt8.random(in: .min ... .max) }
        let capacity = max(Self.logSize, bytes * 4)
        let blank = [UInt8](repeating: 1, count: capacity)
        guard pwrite(file, blank, capacity, 0) == capacity, fsync(file) == 0 else {
            throw BenchError("\(path) cannot be written (errno \(errno))")
        }
        var (latencies, offset) = (Latencies(), 0)
        let start = steadyNanoseconds()
        var now = start
        while Double(now - start) < seconds * 1e9 {
            guard pwrite(file, noise, bytes, offset) == bytes, fdatasync(file) == 0 else {
                throw BenchError("\(path) cannot be written (errno \(errno))")
            }
            let end = steadyNanoseconds()
            latencies.add(end - now)
            now = end
            offset = offset + bytes * 2 > capacity ? 0 : offset + bytes
        }
        let commits = Double(latencies.count) / (Double(now - start) / 1e9)
        if json {
            let object = JSON.object([
                ("commits_rate", .number(commits)), ("rate", .number(commits * batch)), ("latency_ms", latencies.json),
                ("bytes", .number(bytes)), ("batch", .number(batch)),
            ])
            Terminal.print(object.text())
        } else {
            Terminal.print(
                "\(Int(commits)) commits/s of \(bytes) bytes, \(Int(commits * batch)) events/s  \(latencies.text)"
            )
        }
    }
}
