import Glibc
import Posix
import Testing

@testable import Systemd

/// Each case in a process of its own: the environment belongs to all of a process.
@Suite(.timeLimit(.minutes(5))) struct JournalTests {
    @Test("The journal listens to a stream only if it is the very one that systemd connected")
    func listens() async {
        await #expect(processExitsWith: .success) {
            let path = "/dev/null"
            let raw = try system("open", path) { open(path, O_RDONLY) }
            unsetenv("JOURNAL_STREAM")
            #expect(!Journal.listens(to: raw))
            let identity = try #require(File.identity(of: raw))
            setenv("JOURNAL_STREAM", "\(identity.device):\(identity.inode)", 1)
            #expect(Journal.listens(to: raw))
            setenv("JOURNAL_STREAM", "\(identity.device):\(identity.inode + 1)", 1)
            #expect(!Journal.listens(to: raw))
            setenv("JOURNAL_STREAM", "nonsense", 1)
            #expect(!Journal.listens(to: raw))
            close(raw)
            #expect(!Journal.listens(to: raw))
        }
    }
}
