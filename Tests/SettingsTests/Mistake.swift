import Testing

/// A section with something wrong in it, and every line that `check` prints because of it.
struct Mistake: Sendable, CustomTestStringConvertible {
    let section: Document.Section
    let text: String
    let problems: [String]

    init(_ section: Document.Section, _ text: String, _ problems: [String]) {
        self.section = section
        self.text = text
        self.problems = problems
    }

    var testDescription: String { "\(section): \(text)" }

    /// Bad exactly when there is more than warnings.
    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        let reading = Reading(Document(section, text).text)
        #expect(reading.problems == problems, sourceLocation: sourceLocation)
        let isBad = !problems.allSatisfy { $0.contains(": warning: ") }
        #expect((reading.settings == nil) == isBad, sourceLocation: sourceLocation)
        // Whatever is printed, no secret is.
        for problem in reading.problems {
            #expect(!problem.contains("hunter2") && !problem.contains("C2FVsBQI"), sourceLocation: sourceLocation)
        }
    }
}
