import Testing

@testable import Lines

@Suite struct MembershipTests {
    @Test(arguments: [
        (Axis<Membership>?.none, false), (axis(.assigned, 9), false), (axis(.released, 9), true),
        // Told of at the same moment: the release tells of the end.
        (axis(.released, 5), true), (axis(.released, 4), false),
    ])
    func released(membership: Axis<Membership>?, isReleased: Bool) throws {
        let state = LineState(
            try line(),
            status: axis(.flagged, 5),
            reputation: axis(.critical, 3),
            membership: membership
        )
        #expect(state.isReleased == isReleased)
        let assessment = state.assess(.standard)
        #expect(assessment.decision == (isReleased ? .allowed : .paused))
        #expect(assessment.reasons.contains("released from the account") == isReleased)
    }

    @Test func aHoldEndsWithTheLine() throws {
        let hold = Hold(reason: "porting", since: at(1), until: nil)
        let state = LineState(try line(), membership: axis(.released, 5, .reconcile), hold: hold)
        #expect(state.assess(.standard).decision == .allowed)
        #expect(state.assess(.standard).reasons == ["released from the account (Linq lists it no more)"])
    }

    @Test func ofTwoWordsOfOneMomentTheLineIsThere() throws {
        for words in [[Membership.assigned, .released], [.released, .assigned]] {
            let state = LineState.after(
                try words.map {
                    Observation(line: try line(), source: .webhook, changedAt: at(5), membership: Claim($0))
                },
                of: try line()
            )
            #expect(state.membership?.value == .assigned)
        }
    }
}
