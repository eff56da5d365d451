import Synchronization
import Testing

@testable import Posix

@Suite(.timeLimit(.minutes(5))) struct InboxTests {
    @Test("Only the first element of a burst wakes the consumer, and order is kept")
    func wakesOnce() {
        let inbox = Inbox<Int>()
        #expect(inbox.takeAll() == [])
        #expect((0..<4).map { inbox.push($0) } == [true, false, false, false])
        #expect(inbox.count == 4)
        #expect(inbox.takeAll() == [0, 1, 2, 3])
        #expect(inbox.count == 0)
        #expect(inbox.push(9))
    }

    @Test("Many producers and one consumer that only comes when it is woken: nothing is lost, nothing is twice")
    func losesNothing() async {
        let producers = 8
        let each = 5_000
        let inbox = Inbox<Int>()
        let executor = QueueExecutor(label: "consumer")
        let (taken, take) = AsyncStream.makeStream(of: [Int].self)
        await withTaskGroup { group in
            for producer in 0..<producers {
                group.addTask {
                    for number in 0..<each where inbox.push(producer * each + number) {
                        executor.run { take.yield(inbox.takeAll()) }
                    }
                }
            }
            await group.waitForAll()
        }
        var all: [Int] = []
        for await some in taken {
            all += some
            if all.count == producers * each { break }
        }
        #expect(all.sorted() == Array(0..<producers * each))
        // Of one producer nothing overtakes.
        for producer in 0..<producers {
            let own = all.filter { $0 / each == producer }
            #expect(own == own.sorted())
        }
        #expect(inbox.count == 0)
    }
}
