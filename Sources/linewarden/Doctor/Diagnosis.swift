import JSON
import Posix

/// All verdicts of a checkup, as people and programs read them.
struct Diagnosis: Sendable {
    let verdicts: [Verdict]

    /// Whether nothing is wrong; warnings apart.
    var isHealthy: Bool { count(.wrong) == 0 }

    /// A line for each verdict, its remedy below it, and a line that sums up.
    ///
    /// `colours`: whether signs are coloured, as terminals understand it (ECMA-48, SGR).
    func text(colours: Bool) -> String {
        let width = verdicts.map(\.name.count).max() ?? 0
        var lines: [String] = []
        for (index, verdict) in verdicts.enumerated() {
            let name = verdict.name + String(repeating: " ", count: width - verdict.name.count)
            lines.append("\(sign(verdict.kind, colours)) \(name)  \(verdict.found)")
            // What is to be done about several is said below the last of them.
            let next = index + 1 < verdicts.count ? verdicts[index + 1].remedy : nil
            guard let remedy = verdict.remedy, remedy != next else { continue }
            lines.append(String(repeating: " ", count: width + 4) + "→ \(remedy)")
        }
        return (lines + ["", summary]).joined(separator: "\n")
    }

    var json: JSON {
        .object([
            ("healthy", .bool(isHealthy)), ("summary", .string(summary)), ("verdicts", .array(verdicts.map(\.json))),
        ])
    }

    private var summary: String {
        let skipped = Self.phrase(count(.skipped), "skipped", "skipped")
        let bad = [
            Self.phrase(count(.wrong), "thing is wrong", "things are wrong"),
            Self.phrase(count(.warning), "warning", "warnings"),
        ]
        let well = Self.phrase(count(.ok), "check passed", "checks passed")
        let counts = (bad + [well, skipped]).compactMap { $0 }.joined(separator: ", ")
        let word = count(.wrong) > 0 ? "Not well" : count(.warning) > 0 ? "Well, with a word of warning" : "All is well"
        return "\(word): \(counts)."
    }

    private func count(_ kind: Verdict.Kind) -> Int { verdicts.count { $0.kind == kind } }

    private static func phrase(_ count: Int, _ one: String, _ many: String) -> String? {
        count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
    }

    private func sign(_ kind: Verdict.Kind, _ colours: Bool) -> String {
        guard colours else { return kind.sign }
        let colour =
            switch kind {
            case .ok: 32
            case .warning: 33
            case .wrong: 31
            case .skipped: 90
            }
        return "\u{1B}[\(colour)m\(kind.sign)\u{1B}[0m"
    }
}
