package import Chrono
package import JSON

/// How far a reputation audit has come.
package enum AuditStatus: Sendable, Hashable {
    case pending
    case complete
    case error
    /// A value this version does not know, verbatim.
    case other(String)

    init(_ text: String) {
        switch text {
        case "pending": self = .pending
        case "complete": self = .complete
        case "error": self = .error
        default: self = .other(text)
        }
    }

    /// Whether there is more to come; a status that nobody knows may be on the way to an end.
    package var isUnfinished: Bool { self != .complete && self != .error }
}

/// An audit that has been started, or was running already.
package struct AuditTicket: Sendable, Equatable {
    /// What its result is asked for by; readable for 24 hours, and told once.
    package let id: String
    package let status: AuditStatus
    /// What Linq's support finds it by.
    package let traceID: String?

    init(_ reader: AnswerReader) throws(AnswerReader.Fault) {
        id = try reader.object().text("audit_id")
        status = AuditStatus(try reader.text("status"))
        traceID = reader.traceID
    }
}

/// An audit and, once it is complete, what it found.
package struct AuditResult: Sendable, Equatable {
    package let id: String
    package let status: AuditStatus
    /// Why there is no report, when the status is `error`.
    package let error: String?
    package let generatedAt: Timestamp?
    /// The line, in E.164.
    package let phone: String?
    package let report: AuditReport?
    /// What Linq's support finds the answer by.
    package let traceID: String?

    init(_ reader: AnswerReader) throws(AnswerReader.Fault) {
        id = try reader.object().text("audit_id")
        status = AuditStatus(try reader.text("status"))
        error = try reader.optionalText("error")
        generatedAt = try reader.optionalTime("generated_at")
        phone = try reader.optionalText("phone")
        traceID = reader.traceID
        report = if let report = try reader.optionalObject("report") { try AuditReport(report) } else { nil }
    }
}

/// What an audit found out about a line.
///
/// Every part may be missing.
package struct AuditReport: Sendable, Equatable {
    /// What drags a line down.
    package struct Driver: Sendable, Equatable {
        /// Such as `volume_spike`; `flagged` tells what nothing else in the API does.
        package let key: String?
        package let summary: String?
        package let metric: String?
    }

    /// What to do about it.
    package struct ActionItem: Sendable, Equatable {
        /// 1 comes first.
        package let priority: Int?
        package let title: String?
        package let detail: String?
        /// `high`, `medium` or `low`.
        package let expectedImpact: String?
    }

    /// `HEALTHY`, `AT_RISK` or `CRITICAL`, verbatim.
    package let severity: String?
    /// The key of the most important driver; nil when there is nothing to act on.
    package let primaryDriver: String?
    /// The highest impact first.
    package let drivers: [Driver]
    package let actionItems: [ActionItem]
    /// The conversations behind the drivers, as Linq wrote them.
    package let evidence: JSON?
    /// The whole report as a text.
    package let summaryMarkdown: String?
    /// The report as Linq wrote it.
    package let json: JSON

    /// Whether Linq says that the line is restricted.
    package var isFlagged: Bool { primaryDriver == "flagged" || drivers.contains { $0.key == "flagged" } }

    init(_ reader: AnswerReader) throws(AnswerReader.Fault) {
        json = reader.json
        severity = AxisText.value(reader.json["severity"])
        let primary = try reader.optionalText("primary_driver")
        primaryDriver = primary?.isEmpty == true ? nil : primary
        var drivers: [Driver] = []
        for driver in try reader.elements("drivers") {
            _ = try driver.object()
            drivers.append(
                Driver(
                    key: try driver.optionalText("key"),
                    summary: try driver.optionalText("summary"),
                    metric: try driver.optionalText("metric")
                )
            )
        }
        self.drivers = drivers
        var items: [ActionItem] = []
        for item in try reader.elements("action_items") {
            _ = try item.object()
            items.append(
                ActionItem(
                    priority: try item.optionalInteger("priority"),
                    title: try item.optionalText("title"),
                    detail: try item.optionalText("detail"),
                    expectedImpact: try item.optionalText("expected_impact")
                )
            )
        }
        actionItems = items
        evidence = try reader.optionalObject("evidence")?.json
        summaryMarkdown = try reader.optionalText("summary_markdown")
    }
}
