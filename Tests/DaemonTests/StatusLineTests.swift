import Chrono
import Lines
import Testing

@testable import Daemon

@Suite struct StatusLineTests {
    @Test(
        "It says what an operator asks first",
        arguments: [
            ([:], 0, nil, nil, "0 lines, 0 paused; 0 deliveries pending; no event yet"),
            (
                [.allowed: 3], 1, 1_771_439_705, nil,
                "3 lines, 0 paused; 1 delivery pending; last event 2026-02-18T18:35:05.000Z"
            ),
            (
                [.allowed: 1, .slowed: 1, .paused: 2], nil, nil, "events cannot be stored: disk full",
                "events cannot be stored: disk full; 4 lines, 2 paused, 1 slowed; no event yet"
            ),
        ] as [([Decision: Int], Int?, Int64?, String?, String)]
    )
    func says(counts: [Decision: Int], pending: Int?, last: Int64?, trouble: String?, text: String) {
        let lastEvent = last.map { Timestamp(seconds: $0) }
        #expect(StatusLine.text(counts: counts, pending: pending, lastEvent: lastEvent, trouble: trouble) == text)
    }
}
