import Testing

@testable import HTTPClient

@Suite("HostQueue")
struct HostQueueTests {
    @Test("so many run, the others follow in order")
    func order() {
        var queue = HostQueue(limit: 2)
        let started = (1...5).map { queue.enter($0, host: "a") }
        #expect(started == [true, true, false, false, false])
        let next = [2, 1, 3, 4, 5].map { queue.leave($0, host: "a") }
        #expect(next == [3, 4, 5, nil, nil])
        #expect(queue.hosts == 0)
    }

    @Test("one that waits may leave, and frees no place")
    func impatience() {
        var queue = HostQueue(limit: 1)
        let started = (1...3).map { queue.enter($0, host: "a") }
        #expect(started == [true, false, false])
        let next = [2, 1].map { queue.leave($0, host: "a") }
        #expect(next == [nil, 3])
    }

    @Test("hosts do not see each other")
    func hosts() {
        var queue = HostQueue(limit: 1)
        let started = [(1, "a"), (2, "b"), (3, "b")].map { queue.enter($0, host: $1) }
        #expect(started == [true, true, false])
        let next = [(1, "a"), (2, "b")].map { queue.leave($0, host: $1) }
        #expect(next == [nil, 3])
        #expect(queue.hosts == 1)
    }

    @Test("a stranger changes nothing")
    func stranger() {
        var queue = HostQueue(limit: 1)
        let before = queue.leave(1, host: "a")
        let first = queue.enter(2, host: "a")
        let during = queue.leave(9, host: "a")
        let second = queue.enter(3, host: "a")
        #expect(before == nil && first && during == nil && !second)
    }
}
