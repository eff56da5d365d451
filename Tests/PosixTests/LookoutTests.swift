import Chrono
import Testing

@testable import Posix

@Suite(.timeLimit(.minutes(5))) struct LookoutTests {
    private let executor = QueueExecutor(label: "lookout test")

    @Test("It calls on the queue while there is something to read, and at the end")
    func calls() async throws {
        let pipe = try Pipe()
        let (reads, read) = AsyncStream.makeStream(of: [UInt8].self)
        let lookout = try Lookout(pipe.reader, on: executor) { [executor] in
            executor.checkIsolated()
            if let bytes = try? pipe.read() { read.yield(bytes) }
        }
        var iterator = reads.makeAsyncIterator()
        for number in 0..<100 as Range<UInt8> {
            try pipe.write([number])
            #expect(await iterator.next() == [number])
        }
        Socket.finishWriting(pipe.writer)
        #expect(await iterator.next() == [])
        withExtendedLifetime(lookout) {}
    }

    @Test("A poller's descriptor is as good as a socket")
    func poller() async throws {
        let (poller, pipe) = (try Poller(), try Pipe())
        try poller.add(pipe.reader, key: 1, for: .readable)
        let (reads, read) = AsyncStream.makeStream(of: [UInt8].self)
        let lookout = try Lookout(poller.descriptor, on: executor) {
            if let bytes = try? pipe.read() { read.yield(bytes) }
        }
        var iterator = reads.makeAsyncIterator()
        for number in 0..<3 as Range<UInt8> {
            try pipe.write([number])
            #expect(await iterator.next() == [number])
        }
        withExtendedLifetime(lookout) {}
    }

    @Test("Others have their turn on the queue, however much there is to read")
    func isFair() async throws {
        let pipe = try Pipe()
        try pipe.write([1])
        let lookout = try Lookout(pipe.reader, on: executor) {}
        for _ in 0..<100 {
            await withCheckedContinuation { continuation in executor.run { continuation.resume() } }
        }
        withExtendedLifetime(lookout) {}
    }

    @Test("Once it is let go it calls no more, and the descriptor is closed")
    func ends() async throws {
        let writer: SharedDescriptor
        do {
            let pipe = try Pipe()
            writer = pipe.writer
            let (calls, call) = AsyncStream.makeStream(of: Void.self)
            let lookout = try Lookout(pipe.reader, on: executor) { call.yield() }
            try pipe.write([1])
            var iterator = calls.makeAsyncIterator()
            #expect(await iterator.next() != nil)
            withExtendedLifetime(lookout) {}
        }
        // What is sent to a socket that nobody holds any more comes back as an error.
        Process.ignoreBrokenPipes()
        while (try? [1 as UInt8].withUnsafeBytes({ try Socket.send(writer, $0) })) != nil {
            await executor.pause(.milliseconds(1))
        }
    }
}
