import Chrono
import Hooks
import Ledger
import Testing

@testable import Delivery

@Suite struct HookHealthTests {
    private let now = Timestamp(seconds: 1_771_439_705)
    private let revoked = Failure("no_service", "HTTP 404: no_service")

    private func health(_ state: HookState? = nil) -> HookHealth { HookHealth(state, probeEvery: .minutes(5)) }

    @Test func aHookBreaksOnceAndHealsOnce() {
        var health = health()
        #expect(health.learn(.taken, now: now, wall: now) == nil && !health.changed)
        #expect(health.learn(.broken(revoked), now: now, wall: now) == .broken(revoked) && health.changed)
        #expect(health.state.brokenReason == "HTTP 404: no_service" && health.state.brokenSince == now)
        // Still broken is no news; since when stays.
        #expect(health.learn(.broken(revoked), now: now + .hours(1), wall: now + .hours(1)) == nil && !health.changed)
        #expect(health.state.brokenSince == now)
        // What fails in another way has not been repaired.
        #expect(health.learn(.retry(after: nil, revoked), now: now, wall: now) == nil && health.isBroken)
        #expect(health.learn(.taken, now: now, wall: now) == .healed && health.changed && !health.isBroken)
    }

    @Test func aBrokenHookIsTriedNowAndThen() {
        var health = health()
        #expect(health.allowsPages(at: now))
        _ = health.learn(.broken(revoked), now: now, wall: now)
        #expect(!health.allowsPages(at: now + .seconds(299)) && health.allowsPages(at: now + .minutes(5)))
        health.noteProbe(at: now + .minutes(5))
        #expect(!health.allowsPages(at: now + .minutes(6)))
    }

    @Test func whatAnEarlierRunLearntHolds() {
        let known = HookState(notBefore: now + .seconds(30), brokenReason: "HTTP 401", brokenSince: now)
        let health = health(known)
        #expect(health.isBroken && health.waitsUntil == now + .seconds(30))
        // It may have been repaired while the daemon was away.
        #expect(health.allowsPages(at: now))
    }

    @Test func aReceiverThatAsksToWaitIsLeftAlone() {
        var health = health()
        _ = health.learn(.retry(after: .seconds(7), Failure("http_429", "HTTP 429")), now: now, wall: now)
        #expect(health.waitsUntil == now + .seconds(7) && health.changed)
        _ = health.learn(.taken, now: now + .seconds(7), wall: now)
        #expect(health.waitsUntil < now && health.changed)
    }

    @Test func paceIsEven() {
        var pace = Pace(interval: .milliseconds(200))
        #expect(pace.takes(now) && !pace.takes(now + .milliseconds(199)))
        #expect(pace.next == now + .milliseconds(200) && pace.takes(pace.next))
        // What was not used is not saved up.
        #expect(pace.takes(now + .hours(1)) && !pace.takes(now + .hours(1)))
        var free = Pace(interval: nil)
        #expect(free.takes(now) && free.takes(now))
    }
}
