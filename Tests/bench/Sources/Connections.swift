import ArgumentParser
import Glibc
import JSON
import Posix

/// What connections cost on which nothing happens.
struct Connections: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Opens connections, asks once on each, lets them rest, and tells the memory of the process."
    )

    @Option(help: "What to ask for once on each.")
    var to: String

    @Option(help: "How many.")
    var count = 10_000

    @Option(help: "The process whose memory is told.")
    var pid: Int32

    @Flag(help: "Print one JSON object.")
    var json = false

    /// Connections from one address of 127.0.0.0/8, fewer than one address is allowed.
    private static let perAddress = 200

    func run() throws {
        Process.ignoreBrokenPipes()
        Process.raiseDescriptorLimit()
        let target = try Target(to)
        guard let before = Subject(pid) else { throw BenchError("there is no process \(pid)") }
        let question = Array("GET \(target.path) HTTP/1.1\r\nHost: \(target.authority)\r\n\r\n".utf8)
        var answer = [UInt8](repeating: 0, count: 4_096)
        var sockets: [Int32] = []
        defer { sockets.forEach { close($0) } }
        for index in 0..<count {
            let number = index / Self.perAddress + 1
            let socket = try target.connect(from: "127.1.\(number / 250).\(number % 250 + 1)")
            sockets.append(socket)
            _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) & ~O_NONBLOCK)
            // Whoever has answered has accepted.
            guard send(socket, question, question.count, 0) == question.count,
                recv(socket, &answer, answer.count, 0) > 12, answer[9] == UInt8(ascii: "2")
            else { throw BenchError("connection \(index + 1) of \(count) was not served") }
        }
        guard let after = Subject(pid) else { throw BenchError("process \(pid) has ended") }
        if json {
            let object = JSON.object([
                ("connections", .number(count)), ("resident_before", .number(before.residentBytes)),
                ("resident_bytes", .number(after.residentBytes)),
            ])
            Terminal.print(object.text())
        } else {
            let each = Double(after.residentBytes - before.residentBytes) / Double(count)
            Terminal.print(
                "\(count) connections: resident \(rounded(Double(after.residentBytes) / 1_048_576)) MB, "
                    + "\(Int(each)) bytes each"
            )
        }
    }
}
