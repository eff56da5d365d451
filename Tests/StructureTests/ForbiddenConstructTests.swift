import Testing

@Suite struct ForbiddenConstructTests {
    /// Every Swift file with its code, read and stripped once for all rules.
    private static let files = Repository.files(".swift").map { (file: $0, code: $0.code) }

    @Test("Forbidden constructs stay out", arguments: Rule.all)
    func isAbsent(_ rule: Rule) throws {
        let pattern = try rule.regex()
        for (file, code) in Self.files where rule.concerns(file) {
            for match in code.matches(of: pattern) {
                let line = Imports.lineNumber(of: match.range.upperBound, in: code)
                Issue.record("\(file.path):\(line): \(rule.name) is forbidden: \(rule.why)")
            }
        }
    }

    @Test(
        "Rules find what they forbid, and nothing else",
        arguments: [
            ("final class A: @unchecked Sendable {}", "@unchecked Sendable"),
            ("nonisolated(unsafe) var a = 1", "nonisolated(unsafe)"),
            ("fatalError()", "fatalError"),
            ("let a = try! b()", "try!"),
            ("let a = b as! C", "as!"),
            ("DispatchQueue.global().async {}", "DispatchQueue.global"),
            ("let queue: DispatchQueue = .global(qos: .utility)", "DispatchQueue.global"),
            ("import Foundation", "import Foundation"),
            ("import struct Foundation.Data", "import Foundation"),
            ("import FoundationEssentials", nil),
            ("  usleep(10)", "blocking sleep"),
            ("sleep(1)", "blocking sleep"),
            ("Glibc.sleep(1)", "blocking sleep"),
            ("Thread.sleep(forTimeInterval: 1)", "blocking sleep"),
            ("try await Task.sleep(for: .seconds(1))", nil),
            ("let proof = SignatureProof()", "SignatureProof()"),
            ("let event = VerifiedEvent(proof: proof)", "VerifiedEvent(…)"),
            ("package struct VerifiedEvent: Sendable {}", nil),
            ("try? b() as? C", nil),
        ] as [(String, String?)]
    )
    func findsWhatItForbids(code: String, name: String?) throws {
        let found = try Rule.all.filter { rule in
            try code.firstMatch(of: rule.regex()) != nil
        }
        #expect(found.map(\.name) == (name.map { [$0] } ?? []))
    }

    @Test("Every exception is about a file that exists")
    func exceptionsAreAlive() {
        for rule in Rule.all {
            for path in rule.exceptions.keys {
                #expect(Repository.exists(path), "\(rule.name): \(path) is gone; take it out of Rule.swift")
            }
        }
    }
}
