import JSON
import Testing

@Suite struct ConfigurationProblemTests {
    @Test(arguments: [
        ("hooks.ops.url", false, "config.json:14:9: hooks.ops.url: is missing"),
        ("hooks.ops.url", true, "config.json:14:9: warning: hooks.ops.url: is missing"),
        ("", false, "config.json:14:9: is missing"),
    ])
    func descriptionIsWhatEditorsUnderstand(key: String, isWarning: Bool, description: String) {
        let problem = ConfigurationProblem(
            file: "config.json",
            line: 14,
            column: 9,
            key: key,
            message: "is missing",
            isWarning: isWarning
        )
        #expect(problem.description == description)
    }
}
