import Logging

/// A log line as the fields of a journal entry (systemd.journal-fields(7)).
enum JournalEntry {
    /// What the operator searches by, under names that say what they hold; other metadata becomes `LINEWARDEN_KEY`.
    private static let names = ["event": "LINEWARDEN_EVENT_ID", "trace": "LINEWARDEN_TRACE_ID"]

    static func fields(_ entry: LogQueue.Entry) -> [(name: String, value: String)] {
        var fields = [
            (name: "MESSAGE", value: entry.message), ("PRIORITY", "\(entry.level.priority)"),
            ("SYSLOG_IDENTIFIER", "linewarden"),
        ]
        for (key, value) in entry.fields where !value.isEmpty {
            if key == LogKind.key {
                if let kind = LogKind(rawValue: value) { fields.append(("MESSAGE_ID", kind.messageID)) }
            } else {
                fields.append((names[key] ?? "LINEWARDEN_\(capitals(key))", value))
            }
        }
        return fields
    }

    /// Only capitals, digits and underscores make a name.
    private static func capitals(_ key: String) -> String {
        String(key.uppercased().unicodeScalars.map { isPlain($0) ? Character($0) : "_" })
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        "A"..."Z" ~= scalar || "0"..."9" ~= scalar
    }
}
