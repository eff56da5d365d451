import Lines
import Testing

@testable import Routing

@Suite struct RuleTests {
    @Test(arguments: [
        ("+12025551234", "+12025551234", "+12025551234", true),
        ("+12025551234", "+12025551234", "+120255512345", false),
        ("+12025551234", "+12025551234", "+1202555123", false),
        ("+1202*", "+1202*", "+12025551234", true),
        ("+1202*", "+1202*", "+12035551234", false),
        ("+1202*", "+1202*", "+1202", true),
        ("+1202*", "+1202*", "+120", false),
        ("+*", "+*", "+442071838750", true),
        ("*", "+*", "+442071838750", true),
        ("+12025551234*", "+12025551234*", "+12025551234", true),
    ])
    func patternMatches(text: String, description: String, number: String, matches: Bool) throws {
        let pattern = try #require(LinePattern(text))
        #expect(pattern.description == description)
        #expect(pattern.matches(try line(number)) == matches)
        #expect(LinePattern(pattern.description) == pattern)
    }

    @Test(arguments: [
        "", "+", "1202*", "12025551234", "+1202**", "**", "+12*02", "*1202", "+1202%", "+12 02*", "+1202?",
        "++1202*", "+١٢*", "+0202555123", "+1\u{301}*", " +1202*", "+1202* ", "all",
    ])
    func patternRefuses(text: String) {
        #expect(LinePattern(text) == nil)
    }

    @Test func allMeansEveryLine() throws {
        for number in ["+12", "+12025551234", "+999999999999999"] { #expect(LinePattern.all.matches(try line(number))) }
    }

    /// What `on` holds, what the line is, and whether the rule speaks of it.
    @Test(arguments: [
        (["FLAGGED"], "FLAGGED", "HEALTHY", false, true),
        (["FLAGGED"], "ACTIVE", "CRITICAL", false, false),
        (["FLAGGED", "CRITICAL"], "ACTIVE", "CRITICAL", false, true),
        (["AT_RISK"], "ACTIVE", "AT_RISK", false, true),
        (["AT_RISK"], "FLAGGED", "AT_RISK", false, true),
        (["AT_RISK"], "FLAGGED", "CRITICAL", false, false),
        // What nobody knows is routed as FLAGGED, and by its own name where somebody wrote it.
        (["FLAGGED"], "SUSPENDED", "HEALTHY", false, true),
        (["SUSPENDED"], "SUSPENDED", "HEALTHY", false, true),
        (["SUSPENDED"], "PAROLE", "HEALTHY", false, false),
        (["FLAGGED"], "ACTIVE", "DIRE", false, true),
        (["FLAGGED"], "ACTIVE", "HEALTHY", true, true),
        (["CRITICAL", "AT_RISK"], "ACTIVE", "HEALTHY", true, false),
        (["ACTIVE", "HEALTHY"], "ACTIVE", "HEALTHY", false, false),
        ([], "FLAGGED", "CRITICAL", true, false),
    ])
    func ruleMatchesCauses(on: [String], status: String, reputation: String, isHeld: Bool, matches: Bool) throws {
        let rule = Rule(name: "r", on: Set(on))
        #expect(rule.matches(try line(), try assessment(status, reputation, isHeld: isHeld)) == matches)
    }

    @Test func ruleMatchesItsLinesOnly() throws {
        let patterns = try ["+1202*", "+442071838750"].map { try #require(LinePattern($0)) }
        let rule = Rule(name: "r", on: ["FLAGGED"], lines: patterns)
        let flagged = try assessment("FLAGGED", "-")
        #expect(rule.matches(try line("+12025551234"), flagged))
        #expect(rule.matches(try line("+442071838750"), flagged))
        #expect(!rule.matches(try line("+442071838751"), flagged))
        #expect(!Rule(name: "none", on: ["FLAGGED"], lines: []).matches(try line(), flagged))
    }
}
