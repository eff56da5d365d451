import Chrono
import Glibc
import Lines
import Posix
import TestSupport
import Testing

@testable import Hooks

/// Programs that do not end, that must not overlap, and that are ended with the daemon.
@Suite(.timeLimit(.minutes(5))) struct CommandTimeTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    @Test(
        arguments: [
            // Dies of SIGTERM, ignores it, ends in order; alone, and with a child that holds the pipes and ignores it.
            "exec sleep 1000",
            "trap '' TERM; sleep 1000; sleep 1000",
            "trap 'exit 0' TERM; while :; do sleep 0.01; done",
            "(trap '' TERM; sleep 1000; sleep 1000) & wait",
            "trap '' TERM; (sleep 1000; sleep 1000) & wait; sleep 1000",
            "while :; do echo y; done",
            "kill -STOP $$",
        ]
    )
    func whatDoesNotEndIsEnded(script: String) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let hook = command("echo $$ > \(folder("pid")); echo begun >&2; \(script)", timeout: .milliseconds(500))
        let outcome = await hook.deliver(attempt())
        #expect(outcome.word == "retry timeout")
        #expect(outcome.failure?.mayHaveArrived == true)
        #expect(outcome.failure?.description.hasPrefix("/bin/sh: ended after 500 ms: ") == true)
        #expect(outcome.detail?.contains("stderr: begun") == true)
        let pid = try number(in: folder("pid"))
        // Fetched, not only dead.
        #expect(kill(pid_t(pid), 0) == -1)
        // And nobody of its group is left.
        try await until { members(of: pid).isEmpty }
        let taken = clock.now - start
        #expect(taken >= .milliseconds(500) && taken < .seconds(60))
    }

    /// Those that the program started get the same chance to put things in order, also when it went at once.
    @Test func childrenHaveTheGraceAsWell() async throws {
        let tidy = "trap 'echo > \(folder("tidy")); exit' TERM"
        let script = "sh -c \"\(tidy); echo > \(folder("ready")); while :; do sleep 0.01; done\" & wait"
        let outcome = await command(script, timeout: .seconds(1), grace: .seconds(2)).deliver(attempt())
        #expect(outcome.word == "retry timeout")
        #expect(File.size(folder("ready")) != nil && File.size(folder("tidy")) != nil)
    }

    @Test func programsAboutOneLineRunInTheirOrder() async throws {
        let log = folder("log")
        let hook = command("read -r word; echo begin $word >> \(log); sleep 0.02; echo end $word >> \(log)")
        let one = try line()
        await withTaskGroup(of: Void.self) { group in
            for number in 1...5 {
                group.addTask { #expect(await hook.deliver(attempt(Array("\(number)\n".utf8), line: one)).isDelivered) }
            }
        }
        let lines = String(decoding: try File.read(log), as: UTF8.self).split(separator: "\n")
        let words = lines.map { $0.split(separator: " ") }
        #expect(words.count == 10)
        for pair in stride(from: 0, to: words.count - 1, by: 2) {
            #expect(words[pair][0] == "begin" && words[pair + 1][0] == "end" && words[pair][1] == words[pair + 1][1])
        }
    }

    /// One that hangs delays no other line, and what is about no line waits for nobody.
    @Test(arguments: [("+12025551234", "+447700900123"), ("+12025551234", nil), (nil, nil)] as [(String?, String?)])
    func programsAboutOthersOverlap(first: String?, second: String?) async throws {
        let lines = try [first, second].map { try $0.map { try line($0) } }
        let (one, two) = (folder("1"), folder("2"))
        let meet = "read -r own other; echo > $own; while [ ! -e $other ]; do sleep 0.01; done"
        let hook = command(meet)
        async let left = hook.deliver(attempt(Array("\(one) \(two)\n".utf8), line: lines[0]))
        async let right = hook.deliver(attempt(Array("\(two) \(one)\n".utf8), line: lines[1]))
        #expect(await left.isDelivered)
        #expect(await right.isDelivered)
    }

    @Test func closingEndsWhatRunsAndWhatWaits() async throws {
        let hook = command("echo $$ >> \(folder("pids")); (trap '' TERM; sleep 1000; sleep 1000) & wait")
        let one = try line()
        async let running = hook.deliver(attempt(line: one))
        async let waiting = hook.deliver(attempt(line: one))
        try await until { File.size(folder("pids")) ?? 0 > 0 }
        await hook.close()
        for outcome in [await running, await waiting, await hook.deliver(attempt())] {
            #expect(outcome.word == "retry cancelled")
        }
        let pid = try number(in: folder("pids"))
        try await until { members(of: pid).isEmpty }
        await hook.close()
    }

    /// Nothing piles up: no descriptor, no process.
    @Test func manyAtOnceAndOneAfterAnother() async throws {
        let hook = command("cat > /dev/null; echo x; exit 75", concurrency: 64)
        for _ in 0..<3 {
            await withTaskGroup(of: String.self) { group in
                for _ in 0..<40 { group.addTask { await hook.deliver(attempt()).word } }
                for await word in group { #expect(word == "retry exit_75") }
            }
        }
    }

    /// The processes of a group that still do something.
    private func members(of group: Int) -> [Int] {
        let numbers = ((try? File.names(in: "/proc")) ?? []).compactMap { Int($0) }
        return numbers.filter { number in
            let stat = (try? File.read("/proc/\(number)/stat")).map { String(decoding: $0, as: UTF8.self) } ?? ""
            // After the name, which may hold anything: state, parent, group.
            let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 2 && fields[0] != "Z" && fields[2] == "\(group)"
        }
    }
}
