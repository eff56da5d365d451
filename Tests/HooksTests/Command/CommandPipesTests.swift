import Chrono
import Posix
import TestSupport
import Testing

@testable import Hooks

/// Programs that do not read, talk too much, or leave others at their pipes.
@Suite(.timeLimit(.minutes(5))) struct CommandPipesTests {
    /// More than a pipe holds.
    private static let large = [UInt8](repeating: UInt8(ascii: "x"), count: 4 << 20)

    @Test(arguments: ["exit 0", "exec 0<&-; sleep 0.1", "head -c 10 > /dev/null", "sleep 0.1", "exec 0<&- 1>&- 2>&-"])
    func itNeedNotReadItsInput(script: String) async {
        #expect(await command(script).deliver(attempt(Self.large)).word == "delivered exit 0")
    }

    @Test func aLargeInputArrivesWhole() async {
        #expect(await command("wc -c").deliver(attempt(Self.large)).detail == "stdout: \(Self.large.count)")
    }

    /// An answer while the question still comes: neither side waits for the other.
    @Test func itMayAnswerWhileItReads() async {
        #expect(await command("cat").deliver(attempt(Self.large)).detail?.utf8.count == 4_096 + "stdout: …".utf8.count)
    }

    @Test(arguments: [1, 2]) func whatIsTooMuchIsDrained(stream: Int) async throws {
        let script = "head -c 20000000 /dev/zero | tr '\\0' y >&\(stream); printf ' end' >&\(stream); exit 9"
        let outcome = await command(script).deliver(attempt())
        #expect(outcome.word == "failed exit_9")
        let detail = try #require(outcome.detail)
        #expect(detail.hasPrefix(stream == 1 ? "stdout: …yyy" : "stderr: …yyy") && detail.hasSuffix("yy end"))
        #expect(detail.utf8.count < 4_200)
    }

    @Test func whatATerminalWouldObeyIsNotKept() async {
        let outcome = await command("printf '  \\033[31mred\\r\\000\\tx \\n\\n'").deliver(attempt())
        #expect(outcome.detail == "stdout: \u{FFFD}[31mred\u{FFFD}\u{FFFD}\tx")
    }

    /// The end of its output is not its own end.
    @Test func itMayCloseItsOutput() async {
        #expect(await command("exec 0<&- 1>&- 2>&-; sleep 0.1; exit 75").deliver(attempt()).word == "retry exit_75")
    }

    /// What a program leaves behind neither delays the outcome nor stays.
    @Test func whatItLeavesBehindIsEnded() async throws {
        let folder = try TemporaryDirectory()
        let outcome = await command("(trap '' TERM; sleep 1000) & echo $! > \(folder("pid")); echo done")
            .deliver(attempt())
        #expect(outcome.detail == "stdout: done")
        let pid = try number(in: folder("pid"))
        try await until { !isAlive(pid) }
    }

    /// Whoever left the group cannot be ended with it; but nobody listens to it for ever.
    @Test func whoLeavesTheGroupIsNotWaitedFor() async throws {
        let folder = try TemporaryDirectory()
        let pid = folder("pid")
        let outcome = await command(
            "setsid sh -c 'echo $$ > \(pid); exec yes' & while [ ! -s \(pid) ]; do sleep 0.01; done; exit 75"
        ).deliver(attempt())
        #expect(outcome.word == "retry exit_75")
        // Nobody reads it any more: that ends it.
        let number = try number(in: pid)
        try await until { !isAlive(number) }
    }
}
