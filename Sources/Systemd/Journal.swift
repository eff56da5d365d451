import CSystemd
import Posix

/// The journal, spoken to in its own language: fields with names, not lines (sd_journal_sendv(3)).
package enum Journal {
    /// Whether a stream, such as 2 for standard error, leads to the journal.
    ///
    /// `$JOURNAL_STREAM` alone does not say so: a process that was started with its errors elsewhere inherits it too
    /// (systemd.exec(5)).
    package static func listens(to stream: CInt) -> Bool {
        guard let told = Process.environment("JOURNAL_STREAM"), let real = File.identity(of: stream) else {
            return false
        }
        return told == "\(real.device):\(real.inode)"
    }

    /// Writes one entry; waits while the journal has no room.
    ///
    /// `fields`: names in capitals, digits and underscores; 32 at the most.
    ///
    /// - Returns: Whether the journal took it.
    package static func send(_ fields: [(name: String, value: String)]) -> Bool {
        var bytes: [CChar] = []
        var lengths: [Int] = []
        for (name, value) in fields {
            let field = Array("\(name)=\(value)".utf8)
            bytes += field.map { CChar(bitPattern: $0) }
            lengths.append(field.count)
        }
        return lw_journal_send(bytes, lengths, CInt(clamping: lengths.count)) == 0
    }
}
