import ArgumentParser
import Chrono
import HTTPClient
import JSON
import Posix

/// `--admin` and `--token`, and asking the daemon.
struct AdminClient: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the daemon's admin listener is: a URL, or unix:/path. Also from LINEWARDEN_ADMIN.",
            valueName: "address"
        )
    )
    var admin: String?

    @Option(help: ArgumentHelp("The admin token, if there is one. Better: LINEWARDEN_ADMIN_TOKEN.", valueName: "token"))
    var token: String?

    /// Asks, and gives the answer's status and JSON.
    ///
    /// - Throws: `ExitCode.unreachable` after a sentence on standard error.
    func ask(
        _ method: String = "GET",
        _ path: String,
        _ order: JSON? = nil,
        timeout: Span = .seconds(10)
    ) async throws -> (Int, JSON) {
        let address = admin ?? Process.environment("LINEWARDEN_ADMIN") ?? "http://127.0.0.1:8081"
        let isUnix = address.hasPrefix("unix:")
        let base = isUnix ? "http://localhost" : address.hasSuffix("/") ? String(address.dropLast()) : address
        var headers: [(name: String, value: String)] = []
        if let token = token ?? Process.environment("LINEWARDEN_ADMIN_TOKEN") {
            headers.append(("Authorization", "Bearer \(token)"))
        }
        let client = HTTPClient(userAgent: "linewarden")
        let response: IncomingResponse
        do throws(TransportError) {
            response = try await client.send(
                OutgoingRequest(
                    method: method,
                    url: base + path,
                    headers: headers,
                    body: order?.bytes() ?? [],
                    timeout: timeout,
                    responseLimit: 16 << 20,
                    unixSocket: isUnix ? String(address.dropFirst(5)) : nil
                )
            )
        } catch {
            Terminal.complain("linewarden cannot be reached at \(address): \(error); is it running? see --admin")
            throw ExitCode.unreachable
        }
        guard let body = try? JSON.parse(response.body) else {
            Terminal.complain("what answers at \(address) is not linewarden's admin listener (HTTP \(response.status))")
            throw ExitCode.unreachable
        }
        return (response.status, body)
    }

    /// Gives an order; gives the answer.
    ///
    /// - Throws: `ExitCode.failure` after the daemon's reason on standard error.
    func order(_ method: String, _ path: String, _ order: JSON) async throws -> JSON {
        let (status, body) = try await ask(method, path, order)
        if 200..<300 ~= status { return body }
        Terminal.complain(body["detail"]?.string ?? "linewarden answered HTTP \(status)")
        throw ExitCode.failure
    }

    /// Asks for something that must be there.
    ///
    /// - Throws: `ExitCode.failure` after the daemon's reason on standard error.
    func get(_ path: String) async throws -> JSON {
        let (status, body) = try await ask("GET", path)
        if status == 200 { return body }
        Terminal.complain(body["detail"]?.string ?? "linewarden answered HTTP \(status)")
        throw ExitCode.failure
    }
}

/// Who gives an order.
struct SignatureOptions: ParsableArguments {
    @Option(help: "Who you are, for the history. Default: the user's name.")
    var by: String?

    var author: String { by ?? Process.environment("SUDO_USER") ?? Process.environment("USER") ?? "operator" }
}
