import Testing

@testable import Lines

@Suite struct AxisValueTests {
    @Test(arguments: [
        ("ACTIVE", Status.active), ("FLAGGED", .flagged), ("SUSPENDED", .other("SUSPENDED")), ("", .other("")),
        ("active", .other("active")), (" ACTIVE", .other(" ACTIVE")), ("HEALTHY", .other("HEALTHY")),
        ("FLAGGED\n", .other("FLAGGED\n")), ("ＡＣＴＩＶＥ", .other("ＡＣＴＩＶＥ")),
    ])
    func statusKeepsEveryTextVerbatim(text: String, value: Status) {
        #expect(Status(text) == value)
        #expect(Status(text).description == text)
    }

    @Test(arguments: [
        ("HEALTHY", Reputation.healthy), ("AT_RISK", .atRisk), ("CRITICAL", .critical), ("DIRE", .other("DIRE")),
        ("", .other("")), ("at_risk", .other("at_risk")), ("AT RISK", .other("AT RISK")), ("ACTIVE", .other("ACTIVE")),
    ])
    func reputationKeepsEveryTextVerbatim(text: String, value: Reputation) {
        #expect(Reputation(text) == value)
        #expect(Reputation(text).description == text)
    }

    @Test func theUnknownIsTheWorst() {
        let statuses: [Status] = [.other("ZEBRA"), .flagged, .other("APE"), .active]
        #expect(statuses.sorted() == [.active, .flagged, .other("APE"), .other("ZEBRA")])
        let reputations: [Reputation] = [.critical, .other(""), .atRisk, .other("FINE"), .healthy]
        #expect(reputations.sorted() == [.healthy, .atRisk, .critical, .other(""), .other("FINE")])
    }

    /// Merging takes the greatest: without a total order the result would depend on the order of arrival.
    @Test func theOrderIsTotal() {
        checkOrder(["ACTIVE", "FLAGGED", "", "A", "B", "AB", "flagged", "é", "ACTIVE "].map { Status($0) })
        checkOrder(["HEALTHY", "AT_RISK", "CRITICAL", "", "A", "B", "AB", "HEALTHY "].map { Reputation($0) })
    }

    private func checkOrder<Value: AxisValue>(_ values: [Value]) {
        for (index, left) in values.enumerated() {
            for (other, right) in values.enumerated() {
                let holds = [left < right, left == right, right < left].count { $0 }
                #expect(holds == 1, "\(left) and \(right)")
                #expect((left == right) == (index == other))
                for third in values where left < right && right < third { #expect(left < third) }
            }
        }
    }
}
