import Glibc
import Posix

/// OpenSSL's test server on the loopback interface, with a certificate made for the occasion that nobody vouches for.
final class TLSPeer {
    static var isPossible: Bool { access("/usr/bin/openssl", X_OK) == 0 }

    let port: UInt16
    private let output: UnsafeMutablePointer<FILE>
    private let process: pid_t

    init() throws {
        let directory = "/tmp/linewarden-tls-\(UInt32.random(in: .min ... .max))"
        try File.makeDirectory(directory, mode: 0o700)
        // The server has read both files when it says that it accepts.
        let command = """
            echo $$; cd \(directory) && exec 2>/dev/null </dev/null
            openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
                -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key -out certificate
            exec openssl s_server -accept localhost:0 -key key -cert certificate -www
            """
        guard let output = popen(command, "re") else { throw PosixError(call: "popen", code: errno) }
        self.output = output
        process = pid_t(TLSPeer.line(output) ?? "") ?? 0
        var port: UInt16 = 0
        while port == 0, let line = TLSPeer.line(output) {
            if line.hasPrefix("ACCEPT ") { port = line.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }
        }
        self.port = port
        for name in ["key", "certificate"] { try File.remove("\(directory)/\(name)") }
        rmdir(directory)
    }

    deinit {
        if process > 0 { kill(process, SIGTERM) }
        pclose(output)
    }

    private static func line(_ stream: UnsafeMutablePointer<FILE>) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        var room = 0
        defer { free(text) }
        let count = getline(&text, &room, stream)
        guard count > 0, let text else { return nil }
        return String(String(cString: text).dropLast())
    }
}
