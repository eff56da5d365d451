import Chrono
import Testing

@testable import Hooks

@Suite struct RetryPolicyTests {
    @Test func standard() {
        let policy = RetryPolicy()
        #expect(policy.first == .seconds(1) && policy.max == .minutes(5) && policy.giveUpAfter == .hours(24))
    }

    /// Doubles from the first wait to the longest; the random number says where between half and all of it.
    @Test(arguments: [
        (1, 1.0), (2, 2), (3, 4), (4, 8), (8, 128), (9, 256), (10, 300), (11, 300), (64, 300), (1_000, 300),
        (.max, 300),
        // Before the first failure there is nothing to wait for, but no shorter wait either.
        (0, 1), (-1, 1), (.min, 1),
    ])
    func steps(failures: Int, seconds: Double) {
        let policy = RetryPolicy()
        #expect(policy.delay(failures: failures, random: 1) == .seconds(seconds))
        #expect(policy.delay(failures: failures, random: 0.5) == .seconds(seconds * 0.75))
        #expect(policy.delay(failures: failures, random: 0) == .seconds(seconds / 2))
    }

    @Test(arguments: [
        (Span.milliseconds(1), Span.milliseconds(1)), (.milliseconds(1), .days(1)), (.hours(1), .hours(1)),
        (.seconds(7), .seconds(9)),
    ])
    func bounds(first: Span, max: Span) {
        var policy = RetryPolicy()
        (policy.first, policy.max) = (first, max)
        var shortest = Span.zero
        for failures in 1...60 {
            for random in [0, 0.25, 0.5, 0.999, 1] {
                let delay = policy.delay(failures: failures, random: random)
                #expect(delay >= Span(microseconds: first.microseconds / 2) && delay <= max)
            }
            // More failures never mean less patience.
            let least = policy.delay(failures: failures, random: 0)
            #expect(least >= shortest)
            shortest = least
        }
        #expect(policy.delay(failures: 60, random: 1) == max)
    }
}
