import Chrono
import Glibc
import Posix
import Testing

@testable import Systemd

/// Each case in a process of its own: the environment belongs to all of a process.
@Suite(.timeLimit(.minutes(5))) struct NotifierTests {
    @Test("The service manager hears what happens, one datagram each")
    func notifies() async {
        await #expect(processExitsWith: .success) {
            let manager = try Manager()
            setenv("NOTIFY_SOCKET", manager.path, 1)
            Notifier.ready("serving")
            Notifier.status("3 lines are paused")
            Notifier.reloading(monotonicMicroseconds: 123_456_789)
            Notifier.stopping()
            Notifier.extendTimeout(by: .seconds(15))
            Notifier.feedWatchdog()
            Notifier.status("a\nREADY=1")
            #expect(
                manager.datagrams() == [
                    "READY=1\nSTATUS=serving", "STATUS=3 lines are paused", "RELOADING=1\nMONOTONIC_USEC=123456789",
                    "STOPPING=1\nSTATUS=finishing what is under way", "EXTEND_TIMEOUT_USEC=15000000", "WATCHDOG=1",
                    "STATUS=a READY=1",
                ]
            )
            // Others of the process may have something to say too.
            #expect(Process.environment("NOTIFY_SOCKET") == manager.path)
        }
    }

    @Test("The watchdog's interval is this process's, or none")
    func watchdog() async {
        await #expect(processExitsWith: .success) {
            for name in ["WATCHDOG_USEC", "WATCHDOG_PID"] { unsetenv(name) }
            #expect(Notifier.watchdogInterval == nil)
            setenv("WATCHDOG_USEC", "30000000", 1)
            #expect(Notifier.watchdogInterval == .seconds(30))
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            #expect(Notifier.watchdogInterval == .seconds(30))
            setenv("WATCHDOG_PID", "1", 1)
            #expect(Notifier.watchdogInterval == nil)
        }
    }

    @Test("Without a service manager, or with one that has gone, nothing happens")
    func nobody() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            Notifier.ready("serving")
            setenv("NOTIFY_SOCKET", "/nowhere/notify", 1)
            Notifier.ready("serving")
            Notifier.stopping()
        }
    }
}

/// A service manager's end of a notification socket, in the abstract namespace, where nothing has to be removed.
private struct Manager {
    let path: String
    private let socket: SharedDescriptor

    init() throws {
        path = "@linewarden-test-\(getpid())"
        let kind = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        socket = SharedDescriptor(Descriptor(owning: try system("socket") { Glibc.socket(AF_UNIX, kind, 0) }))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = [0] + Array(path.utf8.dropFirst())
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let raw = socket.raw
        try system("bind") {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(raw, $0, length) }
            }
        }
    }

    /// What has arrived so far.
    func datagrams() -> [String] {
        var found: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(socket.raw, &buffer, buffer.count, 0)
            if count < 0 { return found }
            found.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }
}
