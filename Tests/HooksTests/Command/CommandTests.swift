import Chrono
import Crypto
import JSON
import Lines
import Posix
import TestSupport
import Testing

@testable import Hooks

/// What programs are given, and what is made of how they end.
@Suite(.timeLimit(.minutes(5))) struct CommandTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    @Test(
        arguments: [
            ("exit 0", "delivered exit 0", nil, false),
            ("echo ok", "delivered exit 0", "stdout: ok", false),
            ("echo b >&2; echo a; exit 0", "delivered exit 0", "stdout: a\nstderr: b", false),
            ("exit 1", "failed exit_1", nil, false),
            ("exit 74", "failed exit_74", nil, false),
            ("echo later >&2; exit 75", "retry exit_75", "stderr: later", false),
            ("exit 76", "failed exit_76", nil, false),
            ("exit 255", "failed exit_255", nil, false),
            // The shell's own words for "no such program".
            ("exec /nonexistent/program 2>&-", "failed exit_127", nil, false),
            ("kill -9 $$", "failed signal_9", nil, true),
            ("kill -TERM $$", "failed signal_15", nil, true),
            // Not what the daemon does with it: a program is as sensitive to broken pipes as any.
            ("kill -PIPE $$", "failed signal_13", nil, true),
        ] as [(String, String, String?, Bool)]
    )
    func endings(script: String, word: String, detail: String?, mayHaveArrived: Bool) async {
        let outcome = await command(script).deliver(attempt())
        #expect(outcome.word == word)
        #expect(outcome.detail == detail)
        #expect(outcome.failure?.mayHaveArrived ?? false == mayHaveArrived)
    }

    @Test func aFailureReadsAsOneLine() async {
        let outcome = await command("echo working; printf 'first\\nno  such\\tqueue\\n' >&2; exit 3").deliver(attempt())
        #expect(outcome.failure?.description == "/bin/sh: exit 3: no such queue")
        #expect(outcome.failure?.detail == "stdout: working\nstderr: first\nno  such\tqueue")
    }

    @Test func theMessageComesAsOneLineOnStandardInput() async throws {
        let message = try Story().message("line.paused")
        let hook = command("cat > \(folder("input"))")
        let payload = hook.render(message)
        #expect(payload == message.json.bytes() + Array("\n".utf8))
        #expect(await hook.deliver(attempt(payload)).isDelivered)
        #expect(try File.read(folder("input")) == payload)
    }

    @Test func theEnvironmentIsWhatIsConfiguredAndTheDelivery() async throws {
        let hook = Command(
            configuration: CommandConfiguration(
                program: "/usr/bin/env",
                arguments: [],
                environment: ["PATH": Secret("/bin"), "TOKEN": Secret("hunter2"), "EMPTY": Secret("")],
                directory: "/",
                concurrency: 1
            ),
            timeout: .seconds(30)
        )
        func variables(_ attempt: Attempt) async -> [Substring] {
            (await hook.deliver(attempt).detail ?? "").dropFirst("stdout: ".count).split(separator: "\n").sorted()
        }
        let all = ["EMPTY=", "LINEWARDEN_DELIVERY_ID=dlv_1", "PATH=/bin", "TOKEN=hunter2"]
        #expect(await variables(attempt()) == (all + ["LINEWARDEN_TYPE=incident.opened"]).sorted().map { $0[...] })
        let more = ["LINEWARDEN_TYPE=line.paused", "LINEWARDEN_LINE=+12025551234"]
        let paused = attempt(type: "line.paused", line: try line())
        #expect(await variables(paused) == (all + more).sorted().map { $0[...] })
    }

    @Test func itRunsWhereItIsTold() async {
        #expect(await command("pwd").deliver(attempt()).detail == "stdout: /")
        #expect(await command("pwd", directory: folder.path).deliver(attempt()).detail == "stdout: \(folder.path)")
        let outcome = await command("pwd", directory: folder("gone")).deliver(attempt())
        #expect(outcome.word == "broken not_started")
        #expect(
            outcome.failure?.description
                == "/bin/sh: not started: directory \(folder("gone")): No such file or directory"
        )
    }

    /// Nothing of the daemon's: no socket, no ledger, no other program's pipe.
    @Test func itInheritsNoDescriptor() async {
        #expect(await command("ls /proc/$$/fd").deliver(attempt()).detail == "stdout: 0\n1\n2")
    }

    /// So that the group can be signalled whole, and no terminal of the daemon's is in reach.
    @Test func itLeadsASession() async {
        let fields = "read -r pid name state parent group session rest < /proc/$$/stat"
        let outcome = await command("\(fields); echo $((pid - session)) $((pid - group))").deliver(attempt())
        #expect(outcome.detail == "stdout: 0 0")
    }

    @Test(
        arguments: [
            ("gone", "No such file or directory"), ("plain", "Permission denied"), ("", "Is a directory"),
            ("interpreter", "it or its interpreter cannot be run"), ("nonsense", "Exec format error"),
        ]
    )
    func whatCannotBeStartedIsBroken(name: String, reason: String) async throws {
        try File.replace(folder("plain"), with: [])
        try File.replace(folder("interpreter"), with: Array("#!/nonexistent/interpreter\n".utf8), mode: 0o755)
        try File.replace(folder("nonsense"), with: Array("nonsense".utf8), mode: 0o755)
        let configuration = CommandConfiguration(
            program: folder(name),
            arguments: [],
            environment: [:],
            directory: "/",
            concurrency: 1
        )
        let outcome = await Command(configuration: configuration, timeout: .seconds(30)).deliver(attempt())
        #expect(outcome.word == "broken not_started")
        #expect(outcome.failure?.description == "\(folder(name)): not started: \(reason)")
        #expect(outcome.failure?.mayHaveArrived == false)
    }
}
