import Testing

@testable import Metrics

@Suite struct LabelledHistogramTests {
    @Test("Each combination of labels has buckets of its own, and is there once it was asked for")
    func page() {
        let seconds = LabelledHistogram(bounds: [1])
        seconds.of("b", "x").observe(0.5)
        seconds.of("b", "x").observe(2)
        seconds.of("a", "\"")
        var page = Exposition()
        page.histogram("h", "Seconds.", labels: ["hook", "kind"], seconds)
        #expect(
            page.text == """
                # HELP h Seconds.
                # TYPE h histogram
                h_bucket{hook="a",kind="\\"",le="1"} 0
                h_bucket{hook="a",kind="\\"",le="+Inf"} 0
                h_sum{hook="a",kind="\\""} 0
                h_count{hook="a",kind="\\""} 0
                h_bucket{hook="b",kind="x",le="1"} 1
                h_bucket{hook="b",kind="x",le="+Inf"} 2
                h_sum{hook="b",kind="x"} 2.5
                h_count{hook="b",kind="x"} 2

                """
        )
    }
}
