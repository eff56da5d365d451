package import Chrono
package import Crypto
package import JSON
import Posix

/// `{"type": "command"}`: a program that is started for every message.
package struct CommandConfiguration: HookConfiguration {
    package static let type = "command"
    package static let roles: Set<HookRole> = [.control, .page]

    /// Where programs look for programs, unless the configuration says otherwise.
    private static let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The program's absolute path.
    let program: String
    let arguments: [String]
    /// All of the environment but what tells of the delivery.
    let environment: [String: Secret]
    let directory: String
    let concurrency: Int

    package static func read(_ object: ObjectReader, _ secrets: SecretSource) -> CommandConfiguration? {
        let command = readCommand(object.required("command"))
        let environment = readEnvironment(object.optional("environment"), secrets)
        let directory = readDirectory(object.optional("directory"))
        let concurrency = object.integer("concurrency", in: 1...64, default: 4)
        guard let command, let program = command.first, let directory else { return nil }
        return CommandConfiguration(
            program: program,
            arguments: Array(command.dropFirst()),
            environment: environment,
            directory: directory,
            concurrency: concurrency
        )
    }

    package var summary: String { "runs \(program)" }

    package func make(name: String, timeout: Span, _ context: HookContext) -> any Hook {
        Command(configuration: self, timeout: timeout)
    }

    private static func readCommand(_ reader: ValueReader?) -> [String]? {
        guard let reader, let elements = reader.array() else { return nil }
        let words = elements.map { element in
            let word = element.string()
            if let word, word.contains("\0") { element.fail("holds a NUL, which an argument cannot") }
            return word
        }
        guard let first = elements.first, let program = words.first else {
            reader.fail("is empty; the program's absolute path comes first, then its arguments")
            return nil
        }
        if let program, !program.hasPrefix("/") {
            first.fail("must be an absolute path; nothing is searched, and no shell is asked")
        } else if let program, let reason = File.isExecutable(program)?.reason {
            // It may be installed later, or be there for the daemon and not for who runs `check`.
            first.warn("cannot be run as a program: \(reason)")
        }
        return words.contains(nil) ? nil : words.compactMap(\.self)
    }

    private static func readEnvironment(_ reader: ValueReader?, _ secrets: SecretSource) -> [String: Secret] {
        var environment = ["PATH": Secret(standardPath)]
        for (name, value) in reader?.object()?.entries ?? [] {
            if !isName(name) { value.fail("is not the name of a variable: letters, digits and _, no digit first") }
            if isReserved(name) { value.fail("is between linewarden and who started it; programs are not given it") }
            if name.hasPrefix("LINEWARDEN_") { value.fail("is a variable that linewarden sets itself") }
            // Here, unlike where secrets stand alone, an empty text says something.
            guard let text = value.value.string ?? secrets.text(value) else { continue }
            if text.contains("\0") { value.fail("holds a NUL, which a variable cannot") }
            environment[name] = Secret(text)
        }
        return environment
    }

    private static func readDirectory(_ reader: ValueReader?) -> String? {
        guard let reader else { return "/" }
        guard let directory = reader.string() else { return nil }
        if !directory.hasPrefix("/") || directory.contains("\0") { reader.fail("must be an absolute path") }
        return directory
    }

    /// IEEE Std 1003.1, section 8.1.
    private static func isName(_ name: String) -> Bool {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy { byte in
            isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        }
    }

    /// What the service manager tells the daemon alone (sd_notify(3), sd_listen_fds(3), systemd.exec(5)).
    private static func isReserved(_ name: String) -> Bool {
        ["NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY"].contains(name) || name.hasPrefix("LISTEN_")
            || name.hasPrefix("WATCHDOG_")
    }
}
