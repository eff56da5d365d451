import Chrono
import JSON
import Logging

/// Log lines as text: for people, or as JSON for programs; with the priority in front that journald understands when it
/// is journald that reads them (sd-daemon(3)).
package struct LogText: Sendable {
    package enum Form: String, Sendable, CaseIterable {
        /// `2026-02-18T18:35:05.120Z notice   +12025551234 is paused: status is FLAGGED`
        case text
        /// One object a line.
        case json
    }

    let form: Form
    let isJournal: Bool

    /// What is written for an entry, the line break included.
    func line(_ entry: LogQueue.Entry) -> String {
        let body =
            switch form {
            case .text: text(entry)
            case .json: json(entry)
            }
        return (isJournal ? "<\(entry.level.priority)>" : "") + body + "\n"
    }

    private func text(_ entry: LogQueue.Entry) -> String {
        let level = "\(entry.level)".padding(to: 9)
        // A value may come from outside: a line break in it would forge a line of its own.
        let tail = entry.fields.filter { $0.key != LogKind.key }.map { " \($0.key)=\(oneLine($0.value))" }.joined()
        return (isJournal ? "" : entry.time.rfc3339 + " ") + level + oneLine(entry.message) + tail
    }

    private func json(_ entry: LogQueue.Entry) -> String {
        let head: [(String, JSON?)] = [
            ("time", .string(entry.time.rfc3339)), ("level", .string("\(entry.level)")),
            ("message", .string(entry.message)),
        ]
        return JSON.object(head + entry.fields.map { ($0.key, .string($0.value)) }).text()
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
    var priority: Int {
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
