import Testing

@testable import Metrics

@Suite struct InstrumentsTests {
    @Test func countersCountByLabels() {
        let counter = Counter()
        #expect(counter.samples.isEmpty && counter.total == 0)
        counter.add()
        counter.add(2)
        counter.add(1, "b")
        counter.add(5, "a", "z")
        counter.add(1, "a")
        counter.add(0, "c")
        #expect(counter.samples.map(\.labels) == [[], ["a"], ["a", "z"], ["b"], ["c"]])
        #expect(counter.samples.map(\.value) == [3, 1, 5, 1, 0])
        #expect(counter.total == 10)
    }

    @Test func countersTakeManyTasks() async {
        let (counter, histogram) = (Counter(), Histogram(bounds: [1, 2]))
        await withTaskGroup { group in
            for task in 0..<32 {
                group.addTask {
                    for step in 0..<1_000 {
                        counter.add(1, task.isMultiple(of: 2) ? "even" : "odd")
                        histogram.observe(Double(step % 3) + 0.5)
                    }
                }
            }
        }
        #expect(counter.samples.map(\.value) == [16_000, 16_000])
        #expect(counter.total == 32_000)
        #expect(histogram.snapshot.buckets == [32 * 334, 32 * 333, 32 * 333])
        // Halves are exact in binary, so no order of adding changes the sum.
        #expect(histogram.snapshot.sum == 32 * (334 * 0.5 + 333 * 1.5 + 333 * 2.5))
    }

    /// A bound belongs to its bucket: `le` means at most.
    @Test(arguments: [
        (-1.0, 0), (0, 0), (1, 0), (1.0000001, 1), (2, 1), (2.5, 2), (5, 2), (5.1, 3), (.infinity, 3), (.nan, 3),
    ])
    func bucketOf(value: Double, index: Int) {
        let histogram = Histogram(bounds: [1, 2, 5])
        histogram.observe(value)
        #expect(histogram.snapshot.buckets == (0..<4).map { $0 == index ? 1 : 0 })
    }

    @Test func secondsAscend() {
        #expect(Histogram.seconds == Histogram.seconds.sorted() && Set(Histogram.seconds).count == 13)
    }
}
