import Chrono
import JSON
package import Logging
import Posix

/// Writes log lines to standard error: for people, or as JSON for programs; with the priority in front that journald
/// understands when it is journald that listens (sd-daemon(3)).
package struct StandardErrorLog: LogHandler {
    package enum Form: String, Sendable, CaseIterable {
        /// `2026-02-18T18:35:05.120Z notice  +12025551234 paused: status is FLAGGED`
        case text
        /// One object a line.
        case json
    }

    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let form: Form
    private let isJournal: Bool

    package init(form: Form, level: Logger.Level) {
        self.init(form: form, level: level, isJournal: Process.environment("JOURNAL_STREAM") != nil)
    }

    init(form: Form, level: Logger.Level, isJournal: Bool) {
        self.form = form
        logLevel = level
        self.isJournal = isJournal
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        Process.write(Array(line(event, at: Clock.system.now()).utf8), to: 2)
    }

    /// What is written for an event, the line break included.
    func line(_ event: LogEvent, at time: Timestamp) -> String {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let body =
            switch form {
            case .text: text(event, fields, time)
            case .json: json(event, fields, time)
            }
        return (isJournal ? "<\(event.level.priority)>" : "") + body + "\n"
    }

    private func text(
        _ event: LogEvent,
        _ fields: [(key: String, value: Logger.MetadataValue)],
        _ time: Timestamp
    ) -> String {
        let level = "\(event.level)".padding(to: 9)
        // A value may come from outside: a line break in it would forge a line of its own.
        let tail = fields.map { " \($0.key)=\(oneLine("\($0.value)"))" }.joined()
        return (isJournal ? "" : time.rfc3339 + " ") + level + oneLine("\(event.message)") + tail
    }

    private func json(
        _ event: LogEvent,
        _ fields: [(key: String, value: Logger.MetadataValue)],
        _ time: Timestamp
    ) -> String {
        let head: [(String, JSON?)] = [
            ("time", .string(time.rfc3339)), ("level", .string("\(event.level)")),
            ("message", .string("\(event.message)")),
        ]
        return JSON.object(head + fields.map { ($0.key, .string("\($0.value)")) }).text()
    }

    private func oneLine(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension Logger.Level {
    /// As syslog counts (RFC 5424, section 6.2.1).
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
