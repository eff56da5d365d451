import Chrono
import Linq

/// What an audit found, for people.
struct AuditText {
    let line: String
    let report: AuditReport
    let generatedAt: Timestamp?

    var text: String {
        let cause = report.primaryDriver.map { ", above all because of \($0)" } ?? ""
        let time = generatedAt.map { " (\($0.rfc3339))" } ?? ""
        var lines = ["\(line) is \(report.severity ?? "of unknown severity")\(cause)\(time)"]
        if report.isFlagged {
            lines.append("It is FLAGGED: what it sends may not arrive. Move its traffic to another line.")
        }
        for driver in report.drivers {
            let metric = driver.metric.map { " (\($0))" } ?? ""
            lines.append("  \(driver.key ?? "?"): \(driver.summary ?? "-")\(metric)")
        }
        if !report.actionItems.isEmpty { lines.append("What to do:") }
        for item in report.actionItems {
            let impact = item.expectedImpact.map { ", \($0) impact" } ?? ""
            let detail = item.detail.map { ": \($0)" } ?? ""
            lines.append("  \(item.priority.map(String.init) ?? "-"). \(item.title ?? "?")\(impact)\(detail)")
        }
        return lines.map(Self.plain).joined(separator: "\n")
    }

    /// Without control characters: a terminal obeys them, and Linq quotes others.
    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 })
        )
    }
}
