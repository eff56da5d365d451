import Glibc
import Testing

@testable import Posix

@Suite(.timeLimit(.minutes(5))) struct PollerTests {
    private let poller: Poller

    init() throws { poller = try Poller() }

    /// The keys of those that are ready.
    private func ready() -> [UInt64] { (0..<poller.look()).map { poller[$0].key } }

    /// So many pipes that are watched for reading, by their place.
    private func pipes(_ count: Int) throws -> [Pipe] {
        let pipes = try (0..<count).map { _ in try Pipe() }
        for (index, pipe) in pipes.enumerated() { try poller.add(pipe.reader, key: UInt64(index), for: .readable) }
        return pipes
    }

    @Test("What is ready is told until it is not")
    func level() throws {
        let pipes = try pipes(3)
        #expect(ready() == [])
        try pipes[1].write([1])
        for _ in 0..<3 { #expect(ready() == [1]) }
        try pipes[0].write([1])
        #expect(ready().sorted() == [0, 1])
        _ = try pipes[1].read()
        #expect(ready() == [0])
        _ = try pipes[0].read()
        #expect(ready() == [])
    }

    @Test("Every key comes back as it was given", arguments: [0, 1, 1 << 32, UInt64.max])
    func keys(key: UInt64) throws {
        let pipe = try Pipe()
        try poller.add(pipe.reader, key: key, for: .writable)
        #expect(ready() == [key])
        #expect(!poller[0].isHangUp)
    }

    @Test("It tells only of what it was asked for last")
    func changes() throws {
        let pipe = try Pipe()
        try pipe.write([1])
        try poller.add(pipe.reader, key: 1, for: [])
        #expect(ready() == [])
        try poller.change(pipe.reader, key: 2, to: .readable)
        #expect(ready() == [2])
        try poller.change(pipe.reader, key: 3, to: [])
        #expect(ready() == [])
        try poller.change(pipe.reader, key: 4, to: [.readable, .writable])
        #expect(ready() == [4])
        poller.remove(pipe.reader)
        #expect(ready() == [])
        // Once more is let be.
        poller.remove(pipe.reader)
        #expect(throws: PosixError.self) { try poller.change(pipe.reader, key: 5, to: .readable) }
    }

    @Test("A hang-up is told whatever was asked for; the end of one direction only to who reads")
    func hangUp() throws {
        var pipe: Pipe? = try Pipe()
        let reader = try #require(pipe?.reader)
        try poller.add(reader, key: 7, for: [])
        if let pipe { Socket.finishWriting(pipe.writer) }
        #expect(ready() == [])
        try poller.change(reader, key: 7, to: .readable)
        #expect(ready() == [7])
        #expect(!poller[0].isHangUp)
        try poller.change(reader, key: 7, to: [])
        pipe = nil
        #expect(ready() == [7])
        #expect(poller[0].isHangUp)
        poller.remove(reader)
        #expect(ready() == [])
    }

    @Test("A number that is used again is told by its new key")
    func reuse() throws {
        let first = try Pipe()
        try first.write([1])
        try poller.add(first.reader, key: 1, for: .readable)
        let number = first.reader.raw
        poller.remove(first.reader)
        let second = try Pipe()
        try second.write([1])
        // The second pipe takes the place of the first, as it would after closing.
        try system("dup2") { dup2(second.reader.raw, number) }
        try poller.add(first.reader, key: 2, for: .readable)
        #expect(ready() == [2])
    }

    @Test("When more are ready than are told of at once, each has its turn")
    func fairness() throws {
        let pipes = try pipes(Poller.batch + 30)
        for pipe in pipes { try pipe.write([1]) }
        let first = ready()
        #expect(first.count == Poller.batch)
        // Nobody has read anything, and yet those come who have not been told of.
        #expect(Set(first).union(ready()).count == pipes.count)
    }

    @Test("However many are ready, one wake-up tells of all")
    func wakeUp() async throws {
        let pipes = try pipes(20)
        for pipe in pipes { try pipe.write([1]) }
        let executor = QueueExecutor(label: "poller")
        let (calls, call) = AsyncStream.makeStream(of: Void.self)
        let source = EventSource.readable(poller.descriptor, on: executor) { call.yield() }
        var iterator = calls.makeAsyncIterator()
        _ = await iterator.next()
        source.suspend()
        #expect(ready().count == 20)
        for pipe in pipes { _ = try pipe.read() }
        #expect(ready() == [])
        // And it wakes again for the next.
        try pipes[3].write([1])
        source.resume()
        while ready() != [3] { _ = await iterator.next() }
    }

    @Test("It does not keep its descriptor")
    func closes() throws {
        var poller: Poller? = try Poller()
        let number = try #require(poller?.descriptor.raw)
        #expect(isOpen(number))
        #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
        poller = nil
        #expect(!isOpen(number))
    }
}
