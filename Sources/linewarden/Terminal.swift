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
}

extension ExitCode {
    /// The daemon cannot be reached (EX_UNAVAILABLE of sysexits.h).
    static let unreachable = ExitCode(69)
    /// The configuration is bad (EX_CONFIG).
    static let badConfiguration = ExitCode(78)
}
