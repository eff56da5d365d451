import Crypto
import JSON
import Posix
import Testing

@testable import Hooks

@Suite struct CommandConfigurationTests {
    /// Reads the keys of the kind, on one line.
    private static func read(_ text: String) -> (command: CommandConfiguration?, problems: [String]) {
        let secrets = secretSource(["TOKEN": "hunter2"])
        let source = SourceText(name: "c", bytes: Array(text.utf8))
        let (command, problems) = ConfigurationReader.read(source: source) { CommandConfiguration.read($0, secrets) }
        return (command, problems.map(\.description))
    }

    @Test func whatNeedNotBeSaid() throws {
        let (read, problems) = Self.read(#"{"command": ["/bin/sh"]}"#)
        #expect(problems == [])
        let command = try #require(read)
        #expect(command.program == "/bin/sh" && command.arguments == [])
        #expect(command.environment.keys.sorted() == ["PATH"])
        #expect(command.environment["PATH"]?.exposed.hasSuffix("/usr/bin:/sbin:/bin") == true)
        #expect(command.directory == "/" && command.concurrency == 4)
    }

    @Test func whatCanBeSaid() throws {
        let (read, problems) = Self.read(
            #"""
            {"command": ["/bin/sh", "-c", "exit 0", ""], "directory": "/tmp", "concurrency": 64,
             "environment": {"PATH": "/opt", "_Token9": {"env": "TOKEN"}, "EMPTY": ""}}
            """#
        )
        #expect(problems == [])
        let command = try #require(read)
        #expect(command.program == "/bin/sh" && command.arguments == ["-c", "exit 0", ""])
        #expect(command.environment.mapValues(\.exposed) == ["PATH": "/opt", "_Token9": "hunter2", "EMPTY": ""])
        #expect(command.directory == "/tmp" && command.concurrency == 64)
        #expect(!"\(command)".contains("hunter2"))
    }

    /// It may be there for the daemon, or later: what is wrong now need not keep the daemon from starting.
    @Test(arguments: [
        ("/nonexistent/program", "No such file or directory"), ("/etc/passwd", "Permission denied"),
        ("/usr/bin", "Is a directory"),
    ])
    func aProgramThatCannotBeRunIsAWarning(program: String, reason: String) {
        let (read, problems) = Self.read(#"{"command": ["\#(program)"]}"#)
        #expect(problems == ["c:1:14: warning: command[0]: cannot be run as a program: \(reason)"])
        #expect(read != nil)
    }

    @Test(arguments: [
        ("{}", ["c:1:1: command: is missing"]),
        (#"{"command": "/bin/sh"}"#, ["c:1:13: command: expected an array, found a string"]),
        (
            #"{"command": []}"#,
            ["c:1:13: command: is empty; the program's absolute path comes first, then its arguments"]
        ),
        (
            #"{"command": ["sh", "-c"]}"#,
            ["c:1:14: command[0]: must be an absolute path; nothing is searched, and no shell is asked"]
        ),
        (#"{"command": ["/bin/sh", 7]}"#, ["c:1:25: command[1]: expected a string, found a number"]),
        (#"{"command": ["/bin/sh", "a\u0000b"]}"#, ["c:1:25: command[1]: holds a NUL, which an argument cannot"]),
        (#"{"command": ["/bin/sh"], "concurrency": 65}"#, ["c:1:41: concurrency: must be between 1 and 64, found 65"]),
        (#"{"command": ["/bin/sh"], "directory": "tmp"}"#, ["c:1:39: directory: must be an absolute path"]),
        (
            #"{"command": ["/bin/sh"], "environment": {"A": {"env": "B"}, "A-B": "x", "C": "\u0000"}}"#,
            [
                "c:1:55: environment.A.env: the environment variable B is not set",
                "c:1:68: environment.A-B: is not the name of a variable: letters, digits and _, no digit first",
                "c:1:78: environment.C: holds a NUL, which a variable cannot",
            ]
        ),
        (
            #"{"command": ["/bin/sh"], "environment": ["A=b"]}"#,
            ["c:1:41: environment: expected an object, found an array"]
        ),
        (#"{"command": ["/bin/sh"], "shell": true}"#, ["c:1:26: shell: unknown key; allowed here: \(Self.keys)"]),
    ])
    func mistakes(text: String, problems: [String]) { #expect(Self.read(text).problems == problems) }

    private static let keys = "command, environment, directory, concurrency"

    @Test(arguments: [
        ("NOTIFY_SOCKET", Self.reserved), ("LISTEN_FDS", Self.reserved), ("LISTEN_PID", Self.reserved),
        ("WATCHDOG_USEC", Self.reserved), ("CREDENTIALS_DIRECTORY", Self.reserved),
        ("LINEWARDEN_TYPE", "is a variable that linewarden sets itself"), ("9", Self.unnamed), ("É", Self.unnamed),
    ])
    func namesThatAreNotGiven(name: String, problem: String) {
        let (_, problems) = Self.read(#"{"command": ["/bin/sh"], "environment": {"\#(name)": "x"}}"#)
        #expect(problems.count == 1 && problems.first?.hasSuffix(problem) == true, "\(problems)")
    }

    private static let reserved = "is between linewarden and who started it; programs are not given it"
    private static let unnamed = "is not the name of a variable: letters, digits and _, no digit first"
}
