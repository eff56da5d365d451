import Glibc
import Posix
import Testing

@testable import Systemd

/// Each case in a process of its own: sockets are passed from number 3 on, and told of in the environment.
@Suite(.timeLimit(.minutes(1))) struct InheritedSocketsTests {
    @Test("Sockets are taken over once, by their names, and wait for nobody")
    func takes() async {
        await #expect(processExitsWith: .success) {
            try Self.pass(3, names: "webhook:admin:webhook")
            let sockets = InheritedSockets.take()
            #expect(sockets.mapValues { $0.map(\.raw) } == ["webhook": [3, 5], "admin": [4]])
            for socket in sockets.values.joined() {
                #expect(fcntl(socket.raw, F_GETFL) & O_NONBLOCK != 0)
                #expect(fcntl(socket.raw, F_GETFD) & FD_CLOEXEC != 0)
                #expect(try Socket.accept(socket) == nil)
            }
            #expect(Process.environment("LISTEN_FDS") == nil)
            #expect(InheritedSockets.take().isEmpty)
        }
    }

    @Test("Sockets without names have the one that systemd gives")
    func unnamed() async {
        await #expect(processExitsWith: .success) {
            try Self.pass(1, names: nil)
            #expect(InheritedSockets.take().mapValues(\.count) == ["unknown": 1])
        }
    }

    @Test("What was passed to another process is left alone")
    func foreign() async {
        await #expect(processExitsWith: .success) {
            try Self.pass(1, names: "webhook")
            setenv("LISTEN_PID", "1", 1)
            #expect(InheritedSockets.take().isEmpty)
            #expect(fcntl(3, F_GETFD) >= 0)
        }
    }

    @Test("Without a service manager there are none")
    func none() async {
        await #expect(processExitsWith: .success) {
            for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) }
            #expect(InheritedSockets.take().isEmpty)
        }
    }

    /// Does what systemd does before it starts a service.
    private static func pass(_ count: Int, names: String?) throws {
        for number in 0..<count {
            let socket = try Socket.listen(.ipv4(host: "127.0.0.1", port: 0), sharingPort: false)
            let raw = socket.release()
            if raw == 3 + CInt(number) { continue }
            try system("dup2") { dup2(raw, 3 + CInt(number)) }
        }
        setenv("LISTEN_PID", "\(getpid())", 1)
        setenv("LISTEN_FDS", "\(count)", 1)
        if let names { setenv("LISTEN_FDNAMES", names, 1) } else { unsetenv("LISTEN_FDNAMES") }
    }
}
