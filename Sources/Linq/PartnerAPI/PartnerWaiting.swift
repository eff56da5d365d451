package import Chrono
package import Posix

/// Time and chance, as the client meets them: passed in, so that tests wait for nothing.
package struct PartnerWaiting: Sendable {
    package let clock: Clock
    /// Lets a span pass; ends early when the task is cancelled.
    package let pause: @Sendable (Span) async -> Void
    /// A number from 0 to 1 that spreads attempts of many clients.
    package let random: @Sendable () -> Double

    package init(
        clock: Clock,
        pause: @escaping @Sendable (Span) async -> Void,
        random: @escaping @Sendable () -> Double
    ) {
        self.clock = clock
        self.pause = pause
        self.random = random
    }

    /// The machine's.
    package static let system = PartnerWaiting(
        clock: .system,
        pause: { span in try? await Task.sleep(for: .microseconds(span.microseconds)) },
        random: { .random(in: 0...1) }
    )

    /// The wait after the nth failure in a row: from half a second, doubled each time, to 30 s; up to half less by chance.
    func backoff(failures: Int) -> Span {
        let full = min(Span.milliseconds(500) * (1 << min(max(failures - 1, 0), 10)), .seconds(30))
        return Span.seconds(full.seconds * (1 - random() / 2))
    }
}
