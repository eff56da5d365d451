import Glibc
import Testing

@testable import Posix

@Suite struct ProcessTests {
    @Test("What the system says of the process is plausible")
    func figures() throws {
        #expect(try #require(Process.residentBytes) > 1 << 20)
        #expect(Process.cpuSeconds > 0)
        #expect(Process.processors >= 1)
        #expect(Process.identifier == getpid())
        #expect(Process.environment("PATH") != nil)
        #expect(Process.environment("LINEWARDEN_NO_SUCH_VARIABLE") == nil)
    }

    @Test("Settings of the process take effect")
    func settings() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            #expect(Process.raiseDescriptorLimit() == Int(clamping: limit.rlim_max))
            Process.forbidDumps()
            // prctl(PR_GET_DUMPABLE) is hidden; a process that may not be dumped does not own its /proc files.
            Process.ignoreBrokenPipes()
            let pipe = try Pipe()
            Socket.finishWriting(pipe.writer)
            var byte: UInt8 = 1
            #expect(write(pipe.writer.raw, &byte, 1) == -1 && errno == EPIPE)
            Process.write([1, 2, 3], to: pipe.writer.raw)
        }
    }

    @Test("Bytes are written whole, and to no stream without an error")
    func writes() throws {
        let pipe = try Pipe()
        Process.write(Array("a line\n".utf8), to: pipe.writer.raw)
        #expect(try pipe.read() == Array("a line\n".utf8))
        Process.write([1], to: -1)
        #expect(!Process.isTerminal(pipe.writer.raw))
    }
}
