import Chrono
import Posix
import Testing

@testable import HTTPServer

@Suite struct DeadlineWheelTests {
    private let start = Steady(nanoseconds: 1_000_000_000_000)

    private func moment(_ milliseconds: Int) -> Steady { start + .milliseconds(milliseconds) }

    /// Moves the wheel tick by tick until the thing turns up.
    private func firstLook(_ wheel: inout DeadlineWheel, until limit: Int) -> Int? {
        stride(from: 0, through: limit, by: 250).first { !wheel.advance(to: moment($0)).isEmpty }
    }

    @Test(
        "A deadline within a turn is met, up to one tick late and never early",
        arguments: [0, 1, 249, 250, 251, 1_000, 9_999, 10_000, 30_000, 63_000]
    )
    func meets(milliseconds: Int) throws {
        var wheel = DeadlineWheel(now: start)
        wheel.add(7, deadline: moment(milliseconds))
        let seen = try #require(firstLook(&wheel, until: 70_000))
        #expect(seen >= milliseconds)
        #expect(seen <= milliseconds + 250)
        #expect(wheel.advance(to: moment(200_000)) == [])
    }

    @Test(
        "A deadline that lies further away is looked at once a turn, and before its time",
        arguments: [64_000, 75_000, 3_600_000, Int.max]
    )
    func far(milliseconds: Int) throws {
        var wheel = DeadlineWheel(now: start)
        let looks = wheel.add(7, deadline: moment(milliseconds))
        let seen = try #require(firstLook(&wheel, until: 70_000))
        #expect(seen <= 64_000)
        #expect(looks == moment(seen))
    }

    @Test("What has passed already is met at the next tick")
    func past() {
        var wheel = DeadlineWheel(now: start)
        wheel.add(7, deadline: Steady(nanoseconds: 0))
        #expect(wheel.advance(to: start) == [])
        #expect(wheel.advance(to: moment(250)) == [7])
    }

    @Test("Time that does not move, or moves back, brings nothing")
    func still() {
        var wheel = DeadlineWheel(now: start)
        wheel.add(7, deadline: moment(1_000))
        #expect(wheel.advance(to: moment(1_250)) == [7])
        wheel.add(8, deadline: moment(2_000))
        #expect(wheel.advance(to: moment(1_250)) == [])
        #expect(wheel.advance(to: start) == [])
        #expect(wheel.advance(to: moment(2_250)) == [8])
    }

    @Test("After a long sleep everything comes once", arguments: [64_000, 64_250, 1_000_000, 1_000_000_000])
    func sleep(milliseconds: Int) {
        var wheel = DeadlineWheel(now: start)
        for id in 0..<250 { wheel.add(UInt64(id), deadline: moment(id * 250)) }
        #expect(wheel.advance(to: moment(milliseconds)).sorted() == Array(0..<250))
        #expect(wheel.advance(to: moment(milliseconds + 100_000)) == [])
        // And it goes on as if nothing had been.
        wheel.add(7, deadline: moment(milliseconds + 101_000))
        #expect(wheel.advance(to: moment(milliseconds + 101_250)) == [7])
    }

    @Test("Many things with many deadlines: each is met on time, though all keep moving away")
    func moving() {
        var wheel = DeadlineWheel(now: start)
        var deadlines: [UInt64: Int] = [:]
        var met: [UInt64: Int] = [:]
        for id in 0..<500 as Range<UInt64> {
            deadlines[id] = Int(id) * 37
            wheel.add(id, deadline: moment(Int(id) * 37))
        }
        for now in stride(from: 250, through: 200_000, by: 250) {
            for id in wheel.advance(to: moment(now)) {
                guard let deadline = deadlines[id] else { continue }
                if deadline <= now {
                    met[id] = now - deadline
                    deadlines[id] = nil
                } else {
                    wheel.add(id, deadline: moment(deadline))
                }
            }
            // Until the middle every byte moves a deadline; the wheel is not told.
            if now < 100_000 { for id in deadlines.keys { deadlines[id] = now + 75_000 + Int(id) } }
        }
        #expect(met.count == 500)
        #expect(met.values.allSatisfy { $0 <= 250 })
    }
}
