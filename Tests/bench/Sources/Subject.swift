import Glibc
import Posix

/// What a process has used so far, as /proc tells it.
struct Subject {
    /// Seconds of processor time, with those of children that have ended: `webhook` starts one for each request.
    var cpu = 0.0
    /// Bytes that it caused to be written to storage.
    var written = 0
    var residentBytes = 0

    /// Looks at a process; nil when it is not there.
    init?(_ pid: Int32) {
        guard let stat = Self.text("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else { return nil }
        // The name may hold blanks; the first field behind it is the third of proc(5).
        let fields = stat[end...].dropFirst(2).split(separator: " ")
        guard fields.count > 14 else { return nil }
        let ticks = fields[11...14].reduce(0) { $0 + (Int($1) ?? 0) }
        cpu = Double(ticks) / Double(sysconf(CInt(_SC_CLK_TCK)))
        written = Self.value("write_bytes:", "/proc/\(pid)/io") ?? 0
        residentBytes = (Self.value("VmRSS:", "/proc/\(pid)/status") ?? 0) * 1_024
    }

    private static func value(_ name: String, _ path: String) -> Int? {
        guard let line = text(path)?.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return line.dropFirst(name.count).split(whereSeparator: { $0 == " " || $0 == "\t" }).first.flatMap { Int($0) }
    }

    private static func text(_ path: String) -> String? {
        (try? File.read(path)).map { String(decoding: $0, as: UTF8.self) }
    }
}
