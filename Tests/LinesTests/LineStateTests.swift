import Testing

@testable import Lines

@Suite struct LineStateTests {
    /// Newer, then worse, then by source.
    @Test(arguments: [
        (axis(Status.flagged, 1), axis(Status.active, 2), true),
        (axis(Status.active, 2), axis(Status.flagged, 1), false),
        (axis(Status.active, 2), axis(Status.flagged, 2), true),
        (axis(Status.flagged, 2), axis(Status.active, 2), false),
        (axis(Status.flagged, 2), axis(Status.other("X"), 2), true),
        (axis(Status.other("X"), 2), axis(Status.other("Y"), 2), true),
        (axis(Status.flagged, 2, .webhook), axis(Status.flagged, 2, .audit), true),
        (axis(Status.flagged, 2, .operator), axis(Status.flagged, 2, .audit), false),
        (axis(Status.active, 2, .operator), axis(Status.flagged, 2, .webhook), true),
        (axis(Status.flagged, 2), axis(Status.flagged, 2), false),
    ])
    func rank(known: Axis<Status>, claimed: Axis<Status>, isOutranked: Bool) {
        #expect(known.isOutranked(by: claimed) == isOutranked)
        if known != claimed { #expect(claimed.isOutranked(by: known) != isOutranked) }
    }

    @Test func aNewLineIsUnknown() throws {
        let state = LineState(try line())
        #expect(state.status == nil && state.reputation == nil && state.hold == nil)
        #expect(state.assess(.standard).decision == .allowed)
    }
}
