package import Metrics

extension Ledger {
    /// What the ledger counts and times, for `/metrics`.
    package struct Instruments: Sendable {
        package let batchSize = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
        package let commitSeconds = Histogram(bounds: Histogram.seconds)
        package let failures = Counter()
        /// Rounds of moving pages from the log into the database, and how long each took.
        package let checkpoints = Counter()
        package let checkpointSeconds = Histogram(bounds: Histogram.seconds)
        package init() {}
    }
}
