import Glibc
import Testing

@testable import Posix

@Suite struct PosixErrorTests {
    @Test(
        "An error is one line: call, subject, the system's words",
        arguments: [
            (PosixError(call: "bind", code: EACCES, subject: "127.0.0.1:80"), "bind 127.0.0.1:80: Permission denied"),
            (PosixError(call: "accept4", code: EMFILE), "accept4: Too many open files"),
            (PosixError(call: "open", code: ENOENT, subject: "/a b"), "open /a b: No such file or directory"),
            (PosixError(call: "read", code: 9_999), "read: Unknown error 9999"),
        ]
    )
    func words(error: PosixError, words: String) {
        #expect(error.description == words)
        #expect("\(error)" == words)
    }

    @Test(
        "Errors are told apart by what they call for",
        arguments: [
            (EAGAIN, true, false), (EWOULDBLOCK, true, false), (EMFILE, false, true), (ENFILE, false, true),
            (ENOBUFS, false, true), (ENOMEM, false, true), (ECONNABORTED, false, false), (EPIPE, false, false),
        ]
    )
    func kinds(code: CInt, wouldBlock: Bool, isExhaustion: Bool) {
        let error = PosixError(call: "call", code: code)
        #expect(error.wouldBlock == wouldBlock)
        #expect(error.isExhaustion == isExhaustion)
    }

    @Test("An interrupted call is made again, and errno is read at once")
    func retries() {
        var calls = 0
        let result = Result { () throws(PosixError) in
            try system("call", "subject") { () -> CInt in
                calls += 1
                errno = calls < 3 ? EINTR : EPERM
                return -1
            }
        }
        #expect(calls == 3)
        #expect(result == .failure(PosixError(call: "call", code: EPERM, subject: "subject")))
    }

    @Test("Whatever is not -1 is a result", arguments: [0, 1, -2, Int.max])
    func results(value: Int) throws {
        #expect(try system("call") { value } == value)
    }
}
