import Posix
import Systemd

extension LogQueue {
    /// Where standard error leads: to the journal in its own language, else as lines.
    ///
    /// `form`: how lines are written, to the journal too; nil: its own language there, elsewhere text for people.
    package static func standardError(form: LogText.Form?) -> LogQueue {
        let isJournal = Journal.listens(to: 2)
        let text = LogText(form: form ?? .text, isJournal: isJournal)
        let writeLine: @Sendable (Entry) -> Void = { Process.write(Array(text.line($0).utf8), to: 2) }
        guard isJournal, form == nil else { return LogQueue(write: writeLine) }
        return LogQueue { entry in
            // What the journal does not take by itself (it may be hidden from the process) reaches it as a line.
            if !Journal.send(JournalEntry.fields(entry)) { writeLine(entry) }
        }
    }
}
