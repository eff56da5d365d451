import Glibc
import Synchronization
import Testing

@testable import Posix

@Suite(.timeLimit(.minutes(5))) struct EventSourceTests {
    private let executor = QueueExecutor(label: "events")

    /// Returns after that time of the queue, and after what the queue had to do until then.
    private func pass(milliseconds: UInt64) async {
        var timer: EventSource?
        await withCheckedContinuation { continuation in
            timer = .after(nanoseconds: milliseconds * 1_000_000, on: executor) { continuation.resume() }
        }
        withExtendedLifetime(timer) {}
    }

    @Test("A readable source calls while there is something to read, and at the end")
    func readable() async throws {
        let pipe = try Pipe()
        let (reads, read) = AsyncStream.makeStream(of: [UInt8].self)
        let source = EventSource.readable(pipe.reader, on: executor) {
            if let bytes = try? pipe.read() { read.yield(bytes) }
        }
        var iterator = reads.makeAsyncIterator()
        try pipe.write([1, 2])
        #expect(await iterator.next() == [1, 2])
        try pipe.write([3])
        #expect(await iterator.next() == [3])
        Socket.finishWriting(pipe.writer)
        #expect(await iterator.next() == [])
        withExtendedLifetime(source) {}
    }

    @Test("A writable source calls once there is room")
    func writable() async throws {
        let pipe = try Pipe()
        let block = [UInt8](repeating: 7, count: 65_536)
        var sent = 0
        while let count = try block.withUnsafeBytes({ try Socket.send(pipe.writer, $0) }) { sent += count }
        let (calls, call) = AsyncStream.makeStream(of: Void.self)
        let source = EventSource.writable(pipe.writer, on: executor) { call.yield() }
        while let bytes = try pipe.read() { sent -= bytes.count }
        #expect(sent == 0)
        var iterator = calls.makeAsyncIterator()
        #expect(await iterator.next() != nil)
        withExtendedLifetime(source) {}
    }

    @Test("A suspended source is silent, and a resumed one tells what it kept back; neither counts its calls")
    func suspends() async throws {
        let pipe = try Pipe()
        let calls = Mutex(0)
        let (reads, read) = AsyncStream.makeStream(of: [UInt8].self)
        let source = EventSource.readable(pipe.reader, on: executor) {
            calls.withLock { $0 += 1 }
            if let bytes = try? pipe.read() { read.yield(bytes) }
        }
        source.resume()
        source.suspend()
        source.suspend()
        try pipe.write([1])
        await pass(milliseconds: 30)
        #expect(calls.withLock { $0 } == 0)
        source.resume()
        var iterator = reads.makeAsyncIterator()
        #expect(await iterator.next() == [1])
        source.resume()
        try pipe.write([2])
        #expect(await iterator.next() == [2])
    }

    @Test("A source that is let go is silent, even while suspended")
    func letGo() async throws {
        let pipe = try Pipe()
        let calls = Mutex(0)
        for isSuspended in [false, true] {
            let source = EventSource.readable(pipe.reader, on: executor) { calls.withLock { $0 += 1 } }
            if isSuspended { source.suspend() }
        }
        let timer = EventSource.after(nanoseconds: 5_000_000, on: executor) { calls.withLock { $0 += 1 } }
        withExtendedLifetime(timer) {}
        try pipe.write([1])
        await pass(milliseconds: 30)
        // The timer is alive until here or gone at once: only then may it have called.
        #expect(calls.withLock { $0 } <= 1)
    }

    @Test("A timer calls once, not before its time", arguments: [0, 1, 40])
    func after(milliseconds: UInt64) async {
        let start = Clock.system.steady()
        let calls = Mutex(0)
        let (ends, end) = AsyncStream.makeStream(of: Steady.self)
        let timer = EventSource.after(nanoseconds: milliseconds * 1_000_000, on: executor) {
            calls.withLock { $0 += 1 }
            end.yield(Clock.system.steady())
        }
        var iterator = ends.makeAsyncIterator()
        let moment = await iterator.next()
        #expect((moment?.nanoseconds ?? 0) - start.nanoseconds >= milliseconds * 1_000_000)
        await pass(milliseconds: 20)
        #expect(calls.withLock { $0 } == 1)
        withExtendedLifetime(timer) {}
    }

    @Test("A time beyond all measure never comes", arguments: [UInt64.max, UInt64(Int64.max)])
    func never(nanoseconds: UInt64) async {
        let calls = Mutex(0)
        let timer = EventSource.after(nanoseconds: nanoseconds, on: executor) { calls.withLock { $0 += 1 } }
        await pass(milliseconds: 20)
        #expect(calls.withLock { $0 } == 0)
        withExtendedLifetime(timer) {}
    }

    @Test("A repeating timer goes on until it is let go")
    func every() async {
        let (ticks, tick) = AsyncStream.makeStream(of: Void.self)
        let timer = EventSource.every(nanoseconds: 1_000_000, on: executor) { tick.yield() }
        var count = 0
        for await _ in ticks {
            count += 1
            if count == 5 { break }
        }
        #expect(count == 5)
        withExtendedLifetime(timer) {}
    }

    @Test("A signal is told to the handler and does nothing else")
    func signal() async {
        await #expect(processExitsWith: .success) {
            let (signals, signal) = AsyncStream.makeStream(of: Void.self)
            let executor = QueueExecutor(label: "signals")
            let source = EventSource.signal(SIGHUP, on: executor) { signal.yield() }
            // Dispatch begins to listen a little later; until then the signal is without effect.
            let sender = EventSource.every(nanoseconds: 5_000_000, on: executor) { kill(getpid(), SIGHUP) }
            for await _ in signals { break }
            withExtendedLifetime((source, sender)) {}
        }
    }
}
