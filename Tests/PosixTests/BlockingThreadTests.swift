import Glibc
import Testing

@testable import Posix

@Suite(.timeLimit(.minutes(5))) struct BlockingThreadTests {
    @Test("What it runs has a thread of its own, which no signal comes to; the caller's mask stays")
    func runs() async throws {
        let (before, caller) = (Self.blocked(), pthread_self())
        let (isAlone, blocked) = try await withCheckedThrowingContinuation { continuation in
            do {
                try BlockingThread.start {
                    continuation.resume(returning: (pthread_equal(pthread_self(), caller) == 0, Self.blocked()))
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        #expect(isAlone)
        #expect([SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD].allSatisfy(blocked.contains))
        #expect(Self.blocked() == before)
    }

    /// The signals that the calling thread does not get.
    private static func blocked() -> Set<CInt> {
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        return Set((1..<65 as Range<CInt>).filter { sigismember(&mask, $0) == 1 })
    }
}
