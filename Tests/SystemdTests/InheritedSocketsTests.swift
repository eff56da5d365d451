import Glibc
import Posix
import Testing

@testable import Systemd

/// Each case in a process of its own: sockets are passed from number 3 on, and told of in the environment.
@Suite struct InheritedSocketsTests {
    @Test("Sockets are taken over once, by their names, and wait for nobody")
    func takes() async {
        await #expect(processExitsWith: .success) {
            try inCleanProcess { check in
                try pass(3, names: "webhook:admin:webhook")
                let sockets = InheritedSockets.take()
                check(sockets.mapValues { $0.map(\.raw) } == ["webhook": [3, 5], "admin": [4]])
                for socket in sockets.values.joined() {
                    check(fcntl(socket.raw, F_GETFL) & O_NONBLOCK != 0)
                    check(fcntl(socket.raw, F_GETFD) & FD_CLOEXEC != 0)
                    check(try Socket.accept(socket) == nil)
                }
                check(Process.environment("LISTEN_FDS") == nil)
                check(InheritedSockets.take().isEmpty)
            }
        }
    }

    @Test("Sockets without names have the one that systemd gives")
    func unnamed() async {
        await #expect(processExitsWith: .success) {
            try inCleanProcess { check in
                try pass(1, names: nil)
                check(InheritedSockets.take().mapValues(\.count) == ["unknown": 1])
            }
        }
    }

    @Test("What was passed to another process is left alone")
    func foreign() async {
        await #expect(processExitsWith: .success) {
            try inCleanProcess { check in
                try pass(1, names: "webhook")
                setenv("LISTEN_PID", "1", 1)
                check(InheritedSockets.take().isEmpty)
                check(fcntl(3, F_GETFD) >= 0)
            }
        }
    }

    @Test("Without a service manager there are none")
    func none() async {
        await #expect(processExitsWith: .success) {
            for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) }
            #expect(InheritedSockets.take().isEmpty)
        }
    }
}

/// Runs the body in a copy of this process in which no other thread needs a descriptor any more: Dispatch's own would
/// else be among those that are replaced here.
private func inCleanProcess(_ body: (_ check: (Bool) -> Void) throws -> Void) throws {
    // Swift hides fork(2), because most of what a program does is not allowed after it; what is done here is.
    typealias Fork = @convention(c) () -> pid_t
    let fork = unsafeBitCast(try #require(dlsym(nil, "fork")), to: Fork.self)
    let child = fork()
    if child == 0 {
        var number: CInt = 0
        do {
            try body { isTrue in
                number += 1
                if !isTrue { _exit(number) }
            }
        } catch {
            _exit(100)
        }
        _exit(0)
    }
    var status: CInt = 0
    #expect(waitpid(child, &status, 0) == child)
    // The number of the check that failed, in the upper byte.
    #expect(status == 0)
}

/// Does what systemd does before it starts a service.
private func pass(_ count: Int, names: String?) throws {
    for number in 0..<count {
        let raw = try Socket.listen(.ipv4(host: "127.0.0.1", port: 0), sharingPort: false).release()
        if raw == 3 + CInt(number) { continue }
        try system("dup2") { dup2(raw, 3 + CInt(number)) }
    }
    setenv("LISTEN_PID", "\(getpid())", 1)
    setenv("LISTEN_FDS", "\(count)", 1)
    if let names { setenv("LISTEN_FDNAMES", names, 1) } else { unsetenv("LISTEN_FDNAMES") }
}
