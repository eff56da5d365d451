import Chrono
import Testing

@testable import Lines

@Suite struct MergeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let known: Axis<Status>?
        let claim: Claim<Status>?
        let changedAt: Int64
        var source = EvidenceSource.webhook
        let outcome: AxisOutcome
        let after: Axis<Status>?
        var gaps: [String] = []

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "nothing said, nothing known", known: nil, claim: nil, changedAt: 9, outcome: .absent, after: nil),
        Case(
            name: "nothing said of what is known",
            known: axis(.flagged, 1),
            claim: nil,
            changedAt: 9,
            outcome: .absent,
            after: axis(.flagged, 1)
        ),
        Case(
            name: "the first word",
            known: nil,
            claim: Claim(.flagged),
            changedAt: 5,
            outcome: .learnt,
            after: axis(.flagged, 5)
        ),
        Case(
            name: "the first word needs no history",
            known: nil,
            claim: Claim(.flagged, previous: .active),
            changedAt: 5,
            outcome: .learnt,
            after: axis(.flagged, 5)
        ),
        Case(
            name: "newer and worse",
            known: axis(.active, 5),
            claim: Claim(.flagged, previous: .active),
            changedAt: 6,
            outcome: .changed,
            after: axis(.flagged, 6)
        ),
        Case(
            name: "newer and better",
            known: axis(.flagged, 5),
            claim: Claim(.active, previous: .flagged),
            changedAt: 6,
            outcome: .changed,
            after: axis(.active, 6)
        ),
        Case(
            name: "newer and the same",
            known: axis(.flagged, 5),
            claim: Claim(.flagged),
            changedAt: 6,
            outcome: .confirmed,
            after: axis(.flagged, 6)
        ),
        Case(
            name: "older and worse",
            known: axis(.active, 5),
            claim: Claim(.flagged),
            changedAt: 4,
            outcome: .stale,
            after: axis(.active, 5)
        ),
        Case(
            name: "older and better",
            known: axis(.flagged, 5),
            claim: Claim(.active),
            changedAt: 4,
            outcome: .stale,
            after: axis(.flagged, 5)
        ),
        Case(
            name: "a tie: worse wins",
            known: axis(.active, 5),
            claim: Claim(.flagged),
            changedAt: 5,
            outcome: .changed,
            after: axis(.flagged, 5)
        ),
        Case(
            name: "a tie: better loses",
            known: axis(.flagged, 5),
            claim: Claim(.active),
            changedAt: 5,
            outcome: .stale,
            after: axis(.flagged, 5)
        ),
        Case(
            name: "a tie: the unknown beats FLAGGED",
            known: axis(.flagged, 5),
            claim: Claim(.other("SUSPENDED")),
            changedAt: 5,
            outcome: .changed,
            after: axis(.other("SUSPENDED"), 5)
        ),
        Case(
            name: "a tie of two unknown values: the later in the alphabet",
            known: axis(.other("ALPHA"), 5),
            claim: Claim(.other("BETA")),
            changedAt: 5,
            outcome: .changed,
            after: axis(.other("BETA"), 5)
        ),
        Case(
            name: "a tie of two unknown values, the other way round",
            known: axis(.other("BETA"), 5),
            claim: Claim(.other("ALPHA")),
            changedAt: 5,
            outcome: .stale,
            after: axis(.other("BETA"), 5)
        ),
        Case(
            name: "the same once more",
            known: axis(.flagged, 5),
            claim: Claim(.flagged),
            changedAt: 5,
            outcome: .stale,
            after: axis(.flagged, 5)
        ),
        Case(
            name: "the same from a greater source",
            known: axis(.flagged, 5),
            claim: Claim(.flagged),
            changedAt: 5,
            source: .audit,
            outcome: .confirmed,
            after: axis(.flagged, 5, .audit)
        ),
        Case(
            name: "the same from a lesser source",
            known: axis(.flagged, 5, .audit),
            claim: Claim(.flagged),
            changedAt: 5,
            outcome: .stale,
            after: axis(.flagged, 5, .audit)
        ),
        Case(
            name: "a gap: newer, but before it something else",
            known: axis(.active, 5),
            claim: Claim(.active, previous: .flagged),
            changedAt: 6,
            outcome: .confirmed,
            after: axis(.active, 6),
            gaps: ["status"]
        ),
        Case(
            name: "a gap between unknown values",
            known: axis(.other("A"), 5),
            claim: Claim(.flagged, previous: .other("B")),
            changedAt: 6,
            outcome: .changed,
            after: axis(.flagged, 6),
            gaps: ["status"]
        ),
        Case(
            name: "no gap: older",
            known: axis(.active, 5),
            claim: Claim(.active, previous: .flagged),
            changedAt: 4,
            outcome: .stale,
            after: axis(.active, 5)
        ),
        Case(
            name: "no gap: the same moment",
            known: axis(.active, 5),
            claim: Claim(.flagged, previous: .other("X")),
            changedAt: 5,
            outcome: .changed,
            after: axis(.flagged, 5)
        ),
        Case(
            name: "no gap: nothing is said of before",
            known: axis(.active, 5),
            claim: Claim(.flagged),
            changedAt: 6,
            outcome: .changed,
            after: axis(.flagged, 6)
        ),
    ]

    @Test(arguments: cases)
    func status(_ item: Case) throws {
        var state = LineState(try line(), status: item.known, reputation: axis(.atRisk, 3))
        let outcome = state.merge(
            Observation(line: try line(), source: item.source, changedAt: at(item.changedAt), status: item.claim)
        )
        #expect(outcome == MergeOutcome(status: item.outcome, reputation: .absent, gaps: item.gaps))
        #expect(state == LineState(try line(), status: item.after, reputation: axis(.atRisk, 3)))
        #expect(outcome.isStale == (item.outcome == .stale))
    }

    /// The other axis goes the same way; only its values differ.
    @Test(arguments: [
        (Reputation.healthy, 5, Reputation.atRisk, Reputation?.none, 6, AxisOutcome.changed, [String]()),
        (.healthy, 5, .atRisk, nil, 5, .changed, []),
        (.critical, 5, .atRisk, .critical, 6, .changed, []),
        (.critical, 5, .atRisk, .healthy, 6, .changed, ["reputation"]),
        (.critical, 5, .atRisk, .critical, 5, .stale, []),
        (.critical, 5, .healthy, .atRisk, 4, .stale, []),
        (.critical, 5, .other("DIRE"), nil, 5, .changed, []),
        (.other("DIRE"), 5, .critical, nil, 5, .stale, []),
        (.atRisk, 5, .atRisk, nil, 6, .confirmed, []),
    ])
    func reputation(
        known: Reputation,
        knownAt: Int64,
        claimed: Reputation,
        previous: Reputation?,
        changedAt: Int64,
        outcome: AxisOutcome,
        gaps: [String]
    ) throws {
        var state = LineState(try line(), reputation: axis(known, knownAt))
        let merged = state.merge(
            Observation(
                line: try line(),
                source: .webhook,
                changedAt: at(changedAt),
                reputation: Claim(claimed, previous: previous)
            )
        )
        #expect(merged == MergeOutcome(status: .absent, reputation: outcome, gaps: gaps))
        #expect(state.reputation == (outcome == .stale ? axis(known, knownAt) : axis(claimed, changedAt)))
        #expect(state.status == nil)
    }

    @Test func bothAxesAreJudgedApart() throws {
        var state = LineState(try line(), status: axis(.flagged, 9), reputation: axis(.healthy, 1))
        let outcome = state.merge(
            Observation(
                line: try line(),
                source: .webhook,
                changedAt: at(5),
                status: Claim(.active, previous: .other("X")),
                reputation: Claim(.critical, previous: .atRisk)
            )
        )
        #expect(outcome == MergeOutcome(status: .stale, reputation: .changed, gaps: ["reputation"]))
        #expect(!outcome.isStale)
        #expect(state.status == axis(.flagged, 9))
        #expect(state.reputation == axis(.critical, 5))
    }

    @Test func gapsAreNamedInOrder() throws {
        var state = LineState(try line(), status: axis(.active, 1), reputation: axis(.healthy, 1))
        let outcome = state.merge(
            Observation(
                line: try line(),
                source: .webhook,
                changedAt: at(5),
                status: Claim(.active, previous: .flagged),
                reputation: Claim(.healthy, previous: .critical)
            )
        )
        #expect(outcome.gaps == ["status", "reputation"])
    }

    /// What `GET /v3/phone_numbers` answers carries no status, so it cannot clear a flag.
    @Test func aSourceOnlyClearsWhatItSees() throws {
        var state = LineState(try line(), status: axis(.flagged, 1), reputation: axis(.critical, 1))
        let seen = Observation(line: try line(), source: .reconcile, changedAt: at(9), reputation: Claim(.healthy))
        #expect(state.merge(seen) == MergeOutcome(status: .absent, reputation: .changed, gaps: []))
        #expect(state.assess(.standard).reasons == ["status is FLAGGED"])
    }

    @Test func mergingLeavesTheHoldAlone() throws {
        let hold = Hold(reason: "maintenance", since: at(1), until: nil)
        var state = LineState(try line(), hold: hold)
        _ = state.merge(Observation(line: try line(), source: .webhook, changedAt: at(9), status: Claim(.active)))
        #expect(state.hold == hold)
    }

    @Test func anObservationThatSaysNothingIsNotStale() throws {
        var state = LineState(try line(), status: axis(.flagged, 9))
        let outcome = state.merge(Observation(line: try line(), source: .webhook, changedAt: at(1)))
        #expect(!outcome.isStale)
    }
}
