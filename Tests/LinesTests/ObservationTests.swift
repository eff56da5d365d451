import Testing

@testable import Lines

@Suite struct ObservationTests {
    @Test func sourcesHaveOneOrder() {
        #expect(EvidenceSource.allCases.reversed().sorted() == [.webhook, .reconcile, .audit, .operator])
    }
}
