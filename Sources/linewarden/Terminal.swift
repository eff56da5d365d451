import ArgumentParser
import Posix

/// Standard output and standard error, as commands use them.
enum Terminal {
    /// Writes a line for people or programs to read.
    static func say(_ line: String) { Process.write(Array((line + "\n").utf8), to: 1) }

    /// Whether standard output shows colours, and nobody minds (no-color.org).
    static var hasColours: Bool {
        Process.isTerminal(1) && (Process.environment("NO_COLOR") ?? "").isEmpty
            && Process.environment("TERM") != "dumb"
    }

    /// Writes a line about what went wrong.
    static func complain(_ line: String) { Process.write(Array((line + "\n").utf8), to: 2) }

    /// Characters in a line of standard output; nil where it is no terminal, or one that does not tell.
    static var width: Int? {
        guard Process.isTerminal(1) else { return nil }
        if let columns = Process.environment("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
        return Process.terminalWidth(1)
    }

    /// Whether standard output shows colours, and nobody asked for none (no-color.org).
    static var showsColours: Bool { Process.isTerminal(1) && isCapable && Process.environment("NO_COLOR") ?? "" == "" }

    /// Whether a line on standard error can be written over.
    static var rewritesErrors: Bool { Process.isTerminal(2) && isCapable }

    private static var isCapable: Bool { !["", "dumb"].contains(Process.environment("TERM") ?? "") }
}

extension ExitCode {
    /// The daemon cannot be reached (EX_UNAVAILABLE of sysexits.h).
    static let unreachable = ExitCode(69)
    /// The configuration is bad (EX_CONFIG).
    static let badConfiguration = ExitCode(78)
}
