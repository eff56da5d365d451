import Chrono
import Glibc
import Logging
import Posix
import Synchronization
import TestSupport
import Testing

@testable import Daemon

@Suite(.timeLimit(.minutes(5))) struct LogQueueTests {
    /// A reader of lines that reads nothing before it is told to go on; the writer's thread waits, as at a full pipe.
    private final class Reader: Sendable {
        let lines = Log<String>()
        private let end: SharedDescriptor
        private let rest: Mutex<SharedDescriptor?>

        init() throws {
            var ends: [CInt] = [-1, -1]
            try system("pipe") { pipe(&ends) }
            end = SharedDescriptor(Descriptor(owning: ends[0]))
            rest = Mutex(SharedDescriptor(Descriptor(owning: ends[1])))
        }

        func take(_ entry: LogQueue.Entry) {
            var byte: UInt8 = 0
            // Comes back when the other end is closed, and from then on at once.
            _ = read(end.raw, &byte, 1)
            lines.append(entry.message)
        }

        func goOn() { rest.withLock { $0 = nil } }
    }

    private func entry(_ message: String) -> LogQueue.Entry {
        LogQueue.Entry(time: Timestamp(seconds: 0), level: .info, message: message, fields: [])
    }

    @Test("Lines come out as they went in")
    func order() async throws {
        let reader = try Reader()
        reader.goOn()
        let queue = LogQueue { reader.take($0) }
        let messages = (0..<1_000).map { "\($0)" }
        for message in messages { queue.take(entry(message)) }
        await queue.flush(within: .seconds(60))
        #expect(reader.lines.all == messages)
    }

    @Test("A reader that stalls makes nobody wait; what there is no room for is counted")
    func stall() async throws {
        let reader = try Reader()
        let queue = LogQueue(capacity: 10) { reader.take($0) }
        // That this comes to its end at all is half of the test.
        for number in 0..<1_000 { queue.take(entry("\(number)")) }
        reader.goOn()
        await queue.flush(within: .seconds(60))
        queue.take(entry("after"))
        await queue.flush(within: .seconds(60))
        let lines = reader.lines.all
        #expect(lines.last == "after")
        // The queue may have taken the first lines out before it stalled: each line is there, or counted where it was.
        let words = " lines were lost: whoever reads the log did not keep up"
        let (numbers, losses) = (lines.dropLast().compactMap { Int($0) }, lines.filter { $0.hasSuffix(words) })
        let lost = losses.compactMap { Int($0.dropLast(words.count)) }.reduce(0, +)
        #expect(numbers.count >= 10 && numbers.count <= 30 && numbers.count + lost == 1_000)
        #expect(numbers == numbers.sorted() && numbers.count + losses.count + 1 == lines.count)
    }

    @Test("Waiting for a reader that stalls has an end")
    func flushEnds() async throws {
        let reader = try Reader()
        let queue = LogQueue { reader.take($0) }
        queue.take(entry("stuck"))
        await queue.flush(within: .milliseconds(20))
        #expect(reader.lines.all.isEmpty)
        reader.goOn()
        await queue.flush(within: .seconds(60))
        #expect(reader.lines.all == ["stuck"])
    }

    @Test("A logger's metadata is the line's, the line's own wins, and keys are sorted")
    func handler() async {
        let entries = Log<LogQueue.Entry>()
        let queue = LogQueue { entries.append($0) }
        var log = Logger(label: "test") { _ in QueuedLog(queue, level: .info) }
        log[metadataKey: "b"] = "old"
        log[metadataKey: "c"] = "kept"
        log.info("told", metadata: ["a": "1", "b": "new"])
        log.debug("not told")
        await queue.flush(within: .seconds(60))
        #expect(entries.all.map(\.message) == ["told"])
        #expect(entries.all.first?.fields.map { "\($0.key)=\($0.value)" } == ["a=1", "b=new", "c=kept"])
    }
}
