import CLinux
import Glibc

/// The process itself, as the system sees it.
package enum Process {
    /// The environment as it was when asked.
    package static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// The name of this machine, with or without its domain, as the kernel keeps it (gethostname(2)).
    package static var hostName: String {
        // HOST_NAME_MAX is 64.
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Resident memory in bytes, read from `/proc/self/statm`; nil where /proc is hidden.
    package static var residentBytes: Int? {
        guard let contents = try? File.read("/proc/self/statm") else { return nil }
        let fields = String(decoding: contents, as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? Int(fields[1]).map { $0 * sysconf(CInt(_SC_PAGESIZE)) } : nil
    }

    /// CPU time used so far in seconds, user and system together.
    package static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Processors this process may use.
    package static var processors: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

    /// Keeps memory, and with it secrets, out of core dumps and away from other processes of the same user.
    package static func forbidDumps() { _ = lw_set_dumpable(0) }

    /// A peer that has gone is an error of the call that writes to it, not the end of the process.
    package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Whether a standard stream is a terminal: 1 for output, 2 for errors.
    package static func isTerminal(_ stream: CInt) -> Bool { isatty(stream) == 1 }

    /// Characters in a line of the terminal that a stream is; nil where it is none, or does not tell.
    package static func terminalWidth(_ stream: CInt) -> Int? {
        var size = winsize()
        guard ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes to a standard stream, whole; what cannot be written is dropped.
    package static func write(_ bytes: [UInt8], to stream: CInt) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(stream, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count > 0 { written += count } else if errno != EINTR { return }
        }
    }

    /// Whether it may do whatever it likes on this machine.
    package static var isRoot: Bool { geteuid() == 0 }
    /// How many descriptors may be open at once.
    package static var descriptorLimit: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    /// This process's number.
    package static var identifier: Int32 { getpid() }

    /// Raises the limit of open descriptors to what the system allows; gives the limit that holds.
    @discardableResult
    package static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return descriptorLimit
    }
}
