import ArgumentParser
import CBench
import Glibc
import Posix

/// Where hooks deliver: notes when the first byte about each line came, and answers 2xx at once, or never.
final class Sink {
    private struct Connection {
        let socket: Int32
        var filled = 0
        var firstByte: UInt64 = 0
        let buffer: UnsafeMutableRawPointer
    }

    private static let bufferSize = 65_536
    private static let name = Array(#""phone_number":"+"#.utf8)
    private static let taken = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)

    /// When the first byte about each line came, by its index; 0: never.
    private(set) var arrivals: [UInt64]
    /// How many lines have been told of.
    private(set) var count = 0
    private let listener: Int32
    private let epoll: Epoll
    private let mark: UInt64
    private let answers: Bool
    private var connections: [Connection?] = []

    /// `number`: tells sinks on one epoll apart; from 0.
    ///
    /// `answers`: false: it accepts, reads nothing and never answers.
    init(_ target: Target, _ epoll: Epoll, number: UInt64, lines: Int, answers: Bool) throws {
        arrivals = Array(repeating: 0, count: lines)
        listener = try target.listen()
        self.epoll = epoll
        self.answers = answers
        mark = Driver.foreign | number << 32
        epoll.watch(listener, tag: mark)
    }

    deinit {
        close(listener)
        for connection in connections.compactMap({ $0 }) {
            close(connection.socket)
            connection.buffer.deallocate()
        }
    }

    /// Whether a tag is this sink's.
    func owns(_ tag: UInt64) -> Bool { tag >> 32 == mark >> 32 }

    func ready(_ tag: UInt64) {
        let index = Int(tag & 0xffff_ffff)
        if index == 0 { accept() } else { read(index - 1) }
    }

    private func accept() {
        let socket = Glibc.accept(listener, nil, nil)
        guard socket >= 0 else { return }
        makeReady(socket)
        connections.append(Connection(socket: socket, buffer: .allocate(byteCount: Self.bufferSize, alignment: 16)))
        if answers { epoll.watch(socket, tag: mark | UInt64(connections.count)) }
    }

    private func read(_ index: Int) {
        guard var connection = connections[index] else { return }
        let received = recv(
            connection.socket,
            connection.buffer + connection.filled,
            Self.bufferSize - connection.filled,
            0
        )
        if received < 0, errno == EAGAIN || errno == EINTR { return }
        guard received > 0 else {
            close(connection.socket)
            connection.buffer.deallocate()
            connections[index] = nil
            return
        }
        if connection.filled == 0 { connection.firstByte = steadyNanoseconds() }
        connection.filled += received
        let bytes = UnsafeRawBufferPointer(start: connection.buffer, count: connection.filled)
        if let head = Head.read(bytes), bytes.count >= head.bodyStart + (head.contentLength ?? 0) {
            note(bytes, connection.firstByte)
            connection.filled = 0
            _ = send(connection.socket, Self.taken, Self.taken.count, Int32(MSG_NOSIGNAL))
        }
        connections[index] = connection
    }

    private func note(_ bytes: UnsafeRawBufferPointer, _ moment: UInt64) {
        let found = lwb_find(bytes.baseAddress, UInt(bytes.count), Self.name, UInt(Self.name.count))
        let start = found + Self.name.count
        guard found >= 0, start + 11 <= bytes.count, let number = Head.number(bytes, start, until: start + 11) else {
            return
        }
        let line = number - Requests.Recipe.firstNumber
        guard arrivals.indices.contains(line), arrivals[line] == 0 else { return }
        arrivals[line] = moment
        count += 1
    }
}

/// A sink of its own, until it is interrupted.
struct SinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "Takes what hooks deliver, answers 2xx at once, or never."
    )

    @Option(help: "Where to listen.")
    var listen = "127.0.0.1:9000"

    @Flag(help: "Accept connections, read nothing, answer nothing.")
    var blackHole = false

    func run() throws {
        Process.ignoreBrokenPipes()
        Process.raiseDescriptorLimit()
        let epoll = Epoll()
        let sink = try Sink(try Target(listen), epoll, number: 0, lines: 1_000_000, answers: !blackHole)
        while true {
            for event in 0..<epoll.wait(1_000_000_000) { sink.ready(epoll.tag(at: event)) }
        }
    }
}
