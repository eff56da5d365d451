import Chrono
import Hooks
import Posix
import Synchronization
import TestSupport
import Testing

@testable import Daemon

@Suite struct AlertsTests {
    private final class Told: Sendable {
        private let messages = Mutex<[String]>([])

        func add(_ message: Message, _ route: Alerts.Route) {
            let alert = message.alert
            messages.withLock { $0.append("\(alert?.kind ?? ""): \(alert?.summary ?? ""), \(alert?.remedy ?? "")") }
        }

        var all: [String] { messages.withLock { $0 } }
    }

    private let clock = FakeClock()
    private let told = Told()

    @Test("A kind of trouble is told once an hour, each kind by itself")
    func deduplicates() {
        let alerts = Alerts(clock: clock.clock, send: told.add)
        alerts.raise("a", "first", remedy: "r")
        alerts.raise("a", "second", remedy: "r")
        alerts.raise("b", "third", remedy: "r")
        #expect(told.all == ["a: first, r", "b: third, r"])
        clock.advance(.hours(1) - Span(microseconds: 1))
        alerts.raise("a", "fourth", remedy: "r")
        #expect(told.all.count == 2)
        clock.advance(Span(microseconds: 1))
        alerts.raise("a", "fifth", remedy: "r")
        #expect(told.all.last == "a: fifth, r")
        // What was kept back meanwhile does not put it off.
        clock.advance(.minutes(59))
        alerts.raise("a", "sixth", remedy: "r")
        #expect(told.all.count == 3)
    }

    @Test("Who raises it says how often is enough")
    func interval() {
        let alerts = Alerts(clock: clock.clock, send: told.add)
        for _ in 0..<10 {
            alerts.raise("a", "s", remedy: "r", atMostEvery: .seconds(30))
            clock.advance(.seconds(10))
        }
        #expect(told.all.count == 4)
    }

    @Test("Each hook's trouble is told by itself, and again when it comes back after it was over")
    func byHook() {
        let alerts = Alerts(clock: clock.clock, send: told.add)
        for hook in ["a", "b", "a"] { alerts.raise("hook_broken", hook, remedy: "r", hook: hook) }
        #expect(told.all.count == 2)
        alerts.settle("hook_broken", hook: "a")
        for hook in ["a", "b"] { alerts.raise("hook_broken", hook, remedy: "r", hook: hook) }
        #expect(told.all.count == 3)
    }

    @Test("A storm of troubles of every kind is no storm of alerts")
    func storm() {
        let alerts = Alerts(clock: clock.clock, send: told.add)
        for number in 0..<100 { alerts.raise("kind \(number)", "s", remedy: "r") }
        #expect(told.all.count == 30)
        clock.advance(.hours(1))
        alerts.raise("another", "s", remedy: "r")
        #expect(told.all.count == 31)
    }

    @Test("However many notice at once, one tells")
    func concurrent() async {
        let alerts = Alerts(clock: clock.clock, send: told.add)
        await withTaskGroup { group in
            for _ in 0..<100 { group.addTask { alerts.raise("a", "s", remedy: "r") } }
        }
        #expect(told.all.count == 1)
    }

    @Test(
        "The end of a certificate is told two weeks before, again in the last days, and when it has come",
        arguments: [
            (15, nil), (14, nil), (13, "certificate_14_days: the certificate of the webhook listener ends in 13 days"),
            (3, "certificate_14_days: the certificate of the webhook listener ends in 3 days"),
            (2, "certificate_3_days: the certificate of the webhook listener ends in 2 days"),
            (1, "certificate_3_days: the certificate of the webhook listener ends in 1 day"),
            (-1, "certificate_3_days: the certificate of the webhook listener has ended"),
        ] as [(Int, String?)]
    )
    func certificate(days: Int, words: String?) {
        let alerts = Alerts(clock: clock.clock, send: told.add)
        Housekeeping.tell(of: days * 86_400, alerts)
        Housekeeping.tell(of: days * 86_400, alerts)
        #expect(told.all.map { $0.prefix { $0 != "," } } == [words].compactMap { $0.map { $0[...] } })
    }

    @Test("What happens often is said now and then, with how often it was")
    func occasionally() {
        let occasionally = Occasionally(every: .seconds(10), clock: clock.clock)
        #expect((0..<5).map { _ in occasionally.occasion() } == [1, nil, nil, nil, nil])
        clock.advance(.seconds(9))
        #expect(occasionally.occasion() == nil)
        clock.advance(.seconds(1))
        #expect((0..<2).map { _ in occasionally.occasion() } == [7, nil])
    }
}
