import Chrono
import Testing

@testable import Lines

@Suite struct AccountListingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var known: Axis<Reputation>?
        var membership: Axis<Membership>?
        var isKnown = true
        let listed: Reputation?
        /// Value and second of what is news; nil: nothing is.
        let news: (Reputation?, Int64)?
    }

    /// The list is asked for at second 1,000.
    static let cases = [
        Case(testDescription: "confirmed", known: axis(.healthy, 1), listed: .healthy, news: nil),
        Case(testDescription: "worse", known: axis(.healthy, 1), listed: .critical, news: (.critical, 1_000)),
        Case(
            testDescription: "worse, of a moment ago",
            known: axis(.healthy, 999),
            listed: .atRisk,
            news: (.atRisk, 1_000)
        ),
        Case(testDescription: "worse, than something newer", known: axis(.healthy, 1_000), listed: .atRisk, news: nil),
        Case(testDescription: "better", known: axis(.critical, 1), listed: .healthy, news: (.healthy, 940)),
        Case(testDescription: "better, within the delay", known: axis(.critical, 940), listed: .healthy, news: nil),
        Case(
            testDescription: "unheard-of",
            known: axis(.critical, 1),
            listed: .other("DIRE"),
            news: (.other("DIRE"), 1_000)
        ),
        Case(testDescription: "nothing listed of a known line", known: axis(.critical, 1), listed: nil, news: nil),
        Case(testDescription: "an unknown line", isKnown: false, listed: .healthy, news: (.healthy, 940)),
        Case(testDescription: "a bad unknown line", isKnown: false, listed: .critical, news: (.critical, 1_000)),
        Case(testDescription: "an unknown line of V2", isKnown: false, listed: nil, news: (nil, 1_000)),
        Case(testDescription: "its axis never seen", listed: .healthy, news: (.healthy, 940)),
        Case(
            testDescription: "a line that had left",
            known: axis(.critical, 1),
            membership: axis(.released, 500),
            listed: .critical,
            news: (nil, 1_000)
        ),
    ]

    @Test(arguments: cases) func news(item: Case) throws {
        let state = LineState(try line(), reputation: item.known, membership: item.membership)
        let listed = ListedLine(try line(), reputation: item.listed)
        let news = state.news(in: listed, askedAt: at(1_000), isKnown: item.isKnown)
        #expect((news == nil) == (item.news == nil))
        guard let news, let expected = item.news else { return }
        #expect(news.source == .reconcile && news.status == nil)
        #expect(news.reputation?.value == expected.0 && news.changedAt == at(expected.1))
        let isNew = !item.isKnown || item.membership != nil
        #expect(news.membership?.value == (isNew ? .assigned : nil))
        var after = state
        _ = after.merge(news)
        #expect(!after.isReleased)
        #expect(item.listed == nil || after.reputation?.value == item.listed)
        #expect(after.news(in: listed, askedAt: at(1_000), isKnown: true) == nil, "twice is no news")
    }

    @Test(arguments: [
        (Status?.none, true, Reputation?.none, Status?.some(.flagged), Reputation?.none),
        (.active, true, .critical, .flagged, .critical),
        (.flagged, true, .healthy, nil, .healthy),
        // Worse than flagged is not improved by a flag.
        (.other("SUSPENDED"), true, nil, nil, nil),
        // No flag is named: that clears none.
        (.flagged, false, nil, nil, nil),
        // An improvement is dated further back than the flag: it waits for the list.
        (.active, true, .healthy, .flagged, nil),
        (.active, false, .atRisk, nil, nil),
    ])
    func audits(
        known: Status?,
        isFlagged: Bool,
        severity: Reputation?,
        flag: Status?,
        reputation: Reputation?
    ) throws {
        let state = LineState(try line(), status: known.map { axis($0, 1) }, reputation: axis(.atRisk, 1))
        let news = state.news(isFlagged: isFlagged, audited: severity, startedAt: at(1_000))
        #expect(news.source == .audit && news.status?.value == flag && news.reputation?.value == reputation)
        let isBetter = reputation == .healthy
        #expect(news.changedAt == at(isBetter ? 940 : 1_000))
    }
}
