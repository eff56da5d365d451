import Chrono
import Posix
import Testing

@testable import Delivery

@Suite struct DeliveryTimeTests {
    private let fake = FakeClock()

    @Test func itPassesAsTheSteadyClockDoes() {
        let time = DeliveryTime(clock: fake.clock)
        let start = fake.clock.now()
        #expect(time.now == start && time.wall == start)
        fake.advance(.milliseconds(1_500))
        #expect(time.now == start + .milliseconds(1_500) && time.wall == time.now)
        #expect(time.steady == fake.clock.steady())
    }

    /// Waits are compared with `now`, people and receivers are told `wall`.
    @Test(arguments: [Span.hours(1), .hours(-1), .days(20_000), .days(-20_000)])
    func jumpsMoveOnlyTheWall(jump: Span) {
        let time = DeliveryTime(clock: fake.clock)
        let start = fake.clock.now()
        fake.advance(.seconds(5))
        fake.jump(jump)
        #expect(time.now == start + .seconds(5))
        #expect(time.wall == start + .seconds(5) + jump)
        fake.advance(.seconds(5))
        #expect(time.now == start + .seconds(10))
        // The next start begins from the clock as it is then.
        #expect(DeliveryTime(clock: fake.clock).now == fake.clock.now())
    }
}
